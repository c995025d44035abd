from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.clients.cards.policies import age_on
from app.clients.cards.values import ClientFacts, Contact, SiteFacts
from app.core.phones import mask_phone
from app.http.schemas import In, LongText, Name, Out, Patch, Point, Text

ClientKind = Literal["person", "organisation"]
ContactKind = Literal["phone", "email"]
Lang = Literal["ru", "en"]
Short = Annotated[str, Meta(max_length=50)]
Inn = Annotated[str, Meta(pattern=r"^(\d{10}|\d{12})?$", description="10 or 12 digits, or empty")]
BornOn = Annotated[date, Meta(description="Birthday, e.g. 1985-04-12: since 1900, not in the future")]

Birthday = Annotated[
    str, Meta(pattern=r"^\d{2}-\d{2}$", description="Month and day, e.g. 04-12, if the year is not known")
]
Counterparty = Literal["buyer", "supplier", "consumer"]


class ContactIn(In):
    kind: ContactKind
    value: Annotated[str, Meta(min_length=3, max_length=200, examples=["8 (916) 123-45-67"])]
    """A phone as people write it, with its extension, or an e-mail."""
    is_primary: bool = False
    """The contact to call or write to. If none is marked, it is the first of its kind."""
    is_shared: bool = False
    """Several clients use this contact, such as a couple with one phone."""
    is_for_sms: bool = False
    """Messages go to this phone. If none is marked, they go to the primary phone if that can take an SMS, else to
    another one that can: a mobile before a fixed line."""


Contacts = Annotated[list[ContactIn], Meta(max_length=20)]


class CreateClient(In):
    name: Name
    """First name and patronymic, or the name of an organisation."""
    kind: ClientKind = "person"
    surname: Annotated[str, Meta(max_length=200)] = ""
    inn: Inn = ""
    born_on: BornOn | None = None
    birthday: Birthday | None = None
    """Follows from `born_on` if that is given. 02-29 is greeted on 28 February in years without a 29th."""
    is_buyer: bool = True
    is_supplier: bool = False
    """Who only supplies has no status, gets no advertising, and is told of no visit."""
    is_consumer: bool = False
    """Uses services of the company. A card can be all three; at least one."""
    lang: Lang = "ru"
    """Language of the messages to the client."""
    source: Annotated[str, Meta(max_length=200)] = ""
    """Where the client heard of the company."""
    comment: LongText = ""
    contacts: Contacts = []


class UpdateClient(Patch):
    name: Name | UnsetType = UNSET
    kind: ClientKind | UnsetType = UNSET
    surname: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    inn: Inn | UnsetType = UNSET
    born_on: BornOn | UnsetType | None = UNSET
    """Null forgets the birthday too, unless `birthday` is sent."""
    birthday: Birthday | UnsetType | None = UNSET
    """Another day than that of `born_on` makes its year unknown."""
    is_buyer: bool | UnsetType = UNSET
    is_supplier: bool | UnsetType = UNSET
    is_consumer: bool | UnsetType = UNSET
    lang: Lang | UnsetType = UNSET
    source: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    comment: LongText | UnsetType = UNSET
    contacts: Contacts | UnsetType = UNSET
    """The whole list. Contacts that are not in it are removed."""


class ContactOut(Out):
    kind: str
    value: str
    """A phone is E.164, with `;ext=105` behind it if there is an extension. It is masked for people who do not call
    clients."""
    is_primary: bool
    is_shared: bool
    is_for_sms: bool

    @classmethod
    def of(cls, contact: Contact, *, sees_phones: bool) -> "ContactOut":
        is_masked = contact.kind == "phone" and not sees_phones
        return cls(
            kind=contact.kind,
            value=mask_phone(contact.value) if is_masked else contact.value,
            is_primary=contact.is_primary,
            is_shared=contact.is_shared,
            is_for_sms=contact.is_for_sms,
        )


class ClientOut(Out):
    id: UUID
    kind: str
    name: str
    surname: str
    inn: str
    born_on: date | None
    birthday: str | None
    """Month and day: 04-12."""
    is_buyer: bool
    is_supplier: bool
    is_consumer: bool
    lang: str
    source: str
    comment: str
    contacts: list[ContactOut]
    merged_ids: list[UUID]
    """Cards of the same client that were merged into this one. Whoever asks for one of them gets this card."""
    is_archived: bool
    created_at: datetime
    version: int

    @classmethod
    def of(cls, client: ClientFacts, *, sees_phones: bool) -> "ClientOut":
        return cls(
            id=client.id,
            kind=client.kind,
            name=client.name,
            surname=client.surname,
            inn=client.inn,
            born_on=client.born_on,
            birthday=client.birthday,
            is_buyer=client.is_buyer,
            is_supplier=client.is_supplier,
            is_consumer=client.is_consumer,
            lang=client.lang,
            source=client.source,
            comment=client.comment,
            contacts=[
                ContactOut.of(contact, sees_phones=sees_phones)
                for contact in sorted(client.contacts, key=_as_people_look_for_them)
            ],
            merged_ids=list(client.merged_ids),
            is_archived=client.archived_at is not None,
            created_at=client.created_at,
            version=client.row_version,
        )


def _as_people_look_for_them(contact: Contact) -> tuple[bool, bool, str]:
    """Sort key: phones before e-mails, and the primary contact of each kind first."""
    return contact.kind != "phone", not contact.is_primary, contact.value


class BirthdayOut(Out):
    """Somebody to be greeted."""

    client_id: UUID
    name: str
    birthday: str
    """Month and day."""
    on: date
    """The day on which he is greeted."""
    turns: int | None
    """Null: the year of birth is not known."""
    phone: str | None
    """The phone to call. It is masked for people who do not call clients."""

    @classmethod
    def of(cls, client: ClientFacts, day: date, *, sees_phones: bool) -> "BirthdayOut":
        phone = client.phone
        return cls(
            client_id=client.id,
            name=client.full_name,
            birthday=client.birthday or "",
            on=day,
            turns=age_on(client.born_on, day),
            phone=mask_phone(phone) if phone and not sees_phones else phone,
        )


class CreateSite(In):
    address: Text
    point: Point
    """Where the site is on the map. Distances and routes are counted from this point."""
    entrance: Short = ""
    floor: Short = ""
    apartment: Short = ""
    intercom: Short = ""
    access_notes: LongText = ""
    """How to get in: the gate, the guard, the dog."""


class UpdateSite(Patch):
    address: Text | UnsetType = UNSET
    point: Point | UnsetType = UNSET
    entrance: Short | UnsetType = UNSET
    floor: Short | UnsetType = UNSET
    apartment: Short | UnsetType = UNSET
    intercom: Short | UnsetType = UNSET
    access_notes: LongText | UnsetType = UNSET


class SiteOut(Out):
    id: UUID
    client_id: UUID
    address: str
    point: Point
    timezone: str | None
    """IANA name of the zone at the point. Null where none is known: the company's zone counts there."""
    entrance: str
    floor: str
    apartment: str
    intercom: str
    access_notes: str
    is_archived: bool
    version: int

    @classmethod
    def of(cls, site: SiteFacts) -> "SiteOut":
        return cls(
            id=site.id,
            client_id=site.client_id,
            address=site.address,
            point=Point.at(site.point),
            timezone=site.timezone,
            entrance=site.entrance,
            floor=site.floor,
            apartment=site.apartment,
            intercom=site.intercom,
            access_notes=site.access_notes,
            is_archived=site.archived_at is not None,
            version=site.row_version,
        )


class SitesOut(Out):
    items: list[SiteOut]
