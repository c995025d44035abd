from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import Meta

from app.clients.checks.models import ContactCheck
from app.clients.checks.queries import ToCheck
from app.clients.consents.schemas import shown
from app.http.schemas import In, Out


class CheckContacts(In):
    outcome: Literal["confirmed", "wrong"]
    """wrong: it leads to somebody else, or nowhere. It stays on the card until somebody takes it away."""
    value: Annotated[str, Meta(min_length=3, max_length=200, examples=["+79031234567"])] | None = None
    """A phone or e-mail as it stands on the card. Null: all of them."""
    note: Annotated[str, Meta(max_length=1000)] = ""


class ContactCheckOut(Out):
    """Somebody checked a contact."""

    id: UUID
    client_id: UUID
    contact_kind: str
    value: str
    """A phone is masked for people who do not call clients."""
    outcome: str
    note: str
    checked_by: UUID
    checked_at: datetime

    @classmethod
    def of(cls, row: ContactCheck, *, sees_phones: bool) -> Self:
        same = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "value"}
        return cls(value=shown(row.contact_kind, row.value, sees_phones=sees_phones), **same)


class ContactChecksOut(Out):
    items: list[ContactCheckOut]


class ContactToCheckOut(Out):
    """A contact that nobody has confirmed for as long as the company has set."""

    client_id: UUID
    client_name: str
    contact_kind: str
    value: str
    confirmed_at: datetime
    """When it was confirmed last, or came to the card."""

    @classmethod
    def of(cls, found: ToCheck, *, sees_phones: bool) -> Self:
        return cls(
            client_id=found.client_id,
            client_name=found.client_name,
            contact_kind=found.kind,
            value=shown(found.kind, found.value, sees_phones=sees_phones),
            confirmed_at=found.confirmed_at,
        )
