from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from app.clients.duplicates.models import NotDuplicate
from app.clients.duplicates.queries import Suggestion
from app.http.schemas import In, Out


class SayNotDuplicate(In):
    other_id: UUID
    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S", description="Not blank")]


class SuggestionOut(Out):
    client_id: UUID
    other_id: UUID
    """A card that may be of the same client."""
    reasons: list[str]
    """same_phone, same_email, same_inn, same_name_and_place (within 50 m, same flat) and same_name_and_address."""

    @classmethod
    def of(cls, found: Suggestion) -> Self:
        return cls(client_id=found.client_id, other_id=found.other_id, reasons=found.reasons)


class SuggestionsOut(Out):
    items: list[SuggestionOut]
    next_cursor: str | None = None
    """For the next cards. A page can be empty although others follow."""


class NotDuplicateOut(Out):
    client_ids: list[UUID]
    reason: str
    said_by: UUID
    said_at: datetime

    @classmethod
    def of(cls, row: NotDuplicate) -> Self:
        return cls(
            client_ids=[row.first_id, row.second_id],
            reason=row.reason,
            said_by=row.said_by,
            said_at=row.created_at,
        )


class NotDuplicatesOut(Out):
    items: list[NotDuplicateOut]
