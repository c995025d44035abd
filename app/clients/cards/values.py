"""What other modules get to know of a client and his sites."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

import msgspec

from app.clients.records.models import Client, ClientContact, Site
from app.core.phones import takes_sms, with_extension
from app.core.places import Place
from app.db.points import place_of


class Contact(NamedTuple):
    """A phone or an e-mail."""

    kind: str
    """phone or email."""
    value: str
    """E.164, with `;ext=105` behind it if there is an extension; or lower-case e-mail."""
    is_primary: bool
    is_shared: bool
    is_for_sms: bool

    @classmethod
    def of(cls, row: ClientContact) -> Self:
        return cls(row.kind, row.written, row.is_primary, row.is_shared, row.is_for_sms)

    @classmethod
    def read(cls, kind: str, value: str, extension: str, *marks: bool) -> Self:
        """From the columns of a contact, in their order."""
        return cls(kind, with_extension(value, extension), *marks)


def choose_sms_phone(phones: Iterable[Contact]) -> str | None:
    """Of these phones the one that takes messages: one that is marked for SMS, else the primary one, else another
    that can take them. None if there is none."""
    able = [one for one in phones if one.is_for_sms or takes_sms(one.value)]
    best = min(able, key=lambda one: (not one.is_for_sms, not one.is_primary), default=None)
    return best.value if best else None


def sms_phone_of(phones: Sequence[Sequence[Any]] | None) -> str | None:
    """As `choose_sms_phone`, from what a statement read by `phones_of_client`."""
    return choose_sms_phone([Contact.read(*phone) for phone in phones or ()])


def numbers_of(phones: Sequence[Sequence[Any]] | None) -> frozenset[str]:
    """All of them, from what a statement read by `phones_of_client`."""
    return frozenset(Contact.read(*phone).value for phone in phones or ())


def primary_phone_of(phones: Sequence[Sequence[Any]] | None) -> str | None:
    """The phone to call, E.164 with its extension, from what a statement read by `phones_of_client`."""
    return _primary_phone(Contact.read(*phone) for phone in phones or ())


def _primary_phone(contacts: Iterable[Contact]) -> str | None:
    return next((one.value for one in contacts if one.kind == "phone" and one.is_primary), None)


class ClientFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A client as he is now, with his contacts in the order in which they were given."""

    id: UUID
    kind: str
    """person or organisation."""
    name: str
    surname: str
    inn: str
    born_on: date | None
    birthday: str | None = None
    """Month and day, 04-12, also where the year is not known."""
    is_buyer: bool = True
    is_supplier: bool = False
    is_consumer: bool = False
    lang: str
    source: str
    comment: str
    contacts: tuple[Contact, ...]
    merged_ids: tuple[UUID, ...] = ()
    """Cards that were merged into this one. Whoever asks for one of them gets this card."""
    archived_at: datetime | None
    created_at: datetime
    row_version: int

    @classmethod
    def of(cls, client: Client) -> Self:
        facts = {name: getattr(client, name) for name in OWN_FIELDS}
        contacts = sorted(client.contacts, key=lambda row: row.id)
        return cls(
            **facts
            | {
                "contacts": tuple(Contact.of(row) for row in contacts),
                "merged_ids": tuple(card.id for card in client.merged),
            }
        )

    @classmethod
    def read(cls, *columns: Any) -> Self:
        """From what a statement read by `queries.card_columns`."""
        *own, contacts, merged_ids = columns
        return cls(
            **dict(zip(OWN_FIELDS, own, strict=True)),
            contacts=tuple(Contact.read(*contact) for contact in contacts or ()),
            merged_ids=tuple(merged_ids or ()),
        )

    @property
    def card_ids(self) -> tuple[UUID, ...]:
        """All his cards, this one first."""
        return (self.id, *self.merged_ids)

    @property
    def is_client(self) -> bool:
        """He buys or uses services. Who only supplies is none: he has no status and gets no advertising."""
        return self.is_buyer or self.is_consumer

    @property
    def full_name(self) -> str:
        return f"{self.surname} {self.name}".strip()

    @property
    def phone(self) -> str | None:
        """The phone to call, E.164 with its extension."""
        return _primary_phone(self.contacts)

    @property
    def sms_phone(self) -> str | None:
        """The phone to which messages go, E.164. None if no phone of his can take an SMS."""
        return choose_sms_phone([one for one in self.contacts if one.kind == "phone"])


OWN_FIELDS = [name for name in ClientFacts.__struct_fields__ if name not in ("contacts", "merged_ids")]
"""What stands on the card itself."""


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
    archived_at: datetime | None
    row_version: int

    @classmethod
    def of(cls, site: Site) -> Self:
        facts = {name: getattr(site, name) for name in cls.__struct_fields__}
        return cls(**facts | {"point": place_of(site.point)})


FLAT = r"(?:кв(?:артира|\.)?|apt\.?|apartment|flat)\s*№?\s*{flat}(?!\w)"
"""How an address itself names a flat."""


def flat_to_add(address: str, apartment: str) -> str:
    """The flat that is said behind an address. Empty: there is none, or the address ends with it already."""
    named = re.compile(r"(?<!\w)" + FLAT.format(flat=re.escape(apartment)), re.IGNORECASE)
    return "" if named.search(address) else apartment
