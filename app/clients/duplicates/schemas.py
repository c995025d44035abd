from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from app.clients.duplicates.models import NotDuplicate
from app.clients.duplicates.queries import SuggestedCard, Suggestion
from app.core.phones import mask_phone
from app.http.schemas import In, Out


class SayNotDuplicate(In):
    other_id: UUID
    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S", description="Not blank")]


class SuggestedCardOut(Out):
    """As much of a card as one needs to see whether it is of the same client."""

    id: UUID
    name: str
    contacts: list[str]
    """Phones first. They are masked for people who do not call clients."""
    addresses: list[str]
    created_at: datetime

    @classmethod
    def of(cls, card: SuggestedCard, *, sees_phones: bool) -> Self:
        return cls(
            id=card.id,
            name=card.name,
            contacts=[one if sees_phones or "@" in one else mask_phone(one) for one in card.contacts],
            addresses=card.addresses,
            created_at=card.created_at,
        )


class SuggestionOut(Out):
    client_id: UUID
    other_id: UUID
    """A card that may be of the same client."""
    reasons: list[str]
    """same_phone, same_email, same_inn, same_name_and_place (within 50 m, same flat) and same_name_and_address."""
    client: SuggestedCardOut
    other: SuggestedCardOut

    @classmethod
    def of(cls, found: Suggestion, cards: Mapping[UUID, SuggestedCard], *, sees_phones: bool) -> Self:
        return cls(
            client_id=found.client_id,
            other_id=found.other_id,
            reasons=found.reasons,
            client=SuggestedCardOut.of(cards[found.client_id], sees_phones=sees_phones),
            other=SuggestedCardOut.of(cards[found.other_id], sees_phones=sees_phones),
        )


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
