"""What other modules get to know of a client and his sites."""

from datetime import date, datetime
from typing import NamedTuple, Self
from uuid import UUID

import msgspec

from app.clients.cards.models import Client, Site
from app.core.places import Place
from app.db.points import place_of


class Contact(NamedTuple):
    """A phone or an e-mail."""

    kind: str
    """phone or email."""
    value: str
    """E.164 or lower-case e-mail."""
    is_primary: bool
    is_shared: bool


class ClientFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A client as he is now, with his contacts in no particular order."""

    id: UUID
    kind: str
    """person or organisation."""
    name: str
    surname: str
    inn: str
    born_on: date | None
    lang: str
    source: str
    comment: str
    contacts: tuple[Contact, ...]
    created_at: datetime
    row_version: int

    @classmethod
    def of(cls, client: Client) -> Self:
        facts = {name: getattr(client, name) for name in cls.__struct_fields__}
        contacts = (Contact(*(getattr(row, name) for name in Contact._fields)) for row in client.contacts)
        return cls(**facts | {"contacts": tuple(contacts)})

    @property
    def full_name(self) -> str:
        return f"{self.surname} {self.name}".strip()

    @property
    def phone(self) -> str | None:
        """The phone to call and write to, E.164."""
        primary = (one.value for one in self.contacts if one.kind == "phone" and one.is_primary)
        return next(primary, None)


class SiteFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A site as it is now."""

    id: UUID
    client_id: UUID
    address: str
    point: Place
    timezone: str | None
    """IANA name of the zone at `point`. None where none is known: say times in the company's zone there."""
    entrance: str
    floor: str
    apartment: str
    intercom: str
    access_notes: str
    row_version: int

    @classmethod
    def of(cls, site: Site) -> Self:
        facts = {name: getattr(site, name) for name in cls.__struct_fields__}
        return cls(**facts | {"point": place_of(site.point)})
