from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import Meta

from app.clients.api import RecordClientConsent
from app.crm.magnets.models import LeadMagnet, MagnetExchange
from app.crm.magnets.queries import MagnetCount
from app.crm.magnets.service import Exchange
from app.http.schemas import In, Name, Out

MagnetKind = Literal["checklist", "free_measurement", "calculator", "other"]
MagnetChannel = Literal["phone", "site", "messenger", "email", "leaflet", "meeting", "other"]


class AddMagnet(In):
    """Something useful that is given for a contact."""

    kind: MagnetKind
    name: Name
    cost_kop: Annotated[int, Meta(ge=0, le=100_000_000_00)] = 0
    """What giving it once costs."""


class MagnetOut(Out):
    """A magnet with what it brought."""

    id: UUID
    kind: MagnetKind
    name: str
    cost_kop: int
    ends_at: datetime | None
    contacts: int
    """People who left a contact for it."""
    with_consent: int
    bought: int
    """Of these, those who have bought since for the first time."""
    spent_kop: int

    @classmethod
    def of(cls, count: MagnetCount) -> Self:
        magnet = count.magnet
        return cls(
            id=magnet.id,
            kind=magnet.kind,  # type: ignore[arg-type]  # a CHECK of the table
            name=magnet.name,
            cost_kop=magnet.cost_kop,
            ends_at=magnet.ends_at,
            contacts=count.contacts,
            with_consent=count.with_consent,
            bought=count.bought,
            spent_kop=count.contacts * magnet.cost_kop,
        )

    @classmethod
    def new(cls, magnet: LeadMagnet) -> Self:
        return cls.of(MagnetCount(magnet, 0, 0, 0))


class MagnetsOut(Out):
    items: list[MagnetOut]
    """The newest first."""


class ExchangeContact(In):
    """A person left his contact and got it."""

    client_id: UUID
    channel: MagnetChannel
    """How he left it."""
    target_id: UUID | None = None
    """Where he was found."""
    consent: RecordClientConsent | None = None
    """He also agreed to be written to. Null: he may be called back because he has asked, and gets no advertising."""

    def to_exchange(self) -> Exchange:
        return Exchange(self.client_id, self.channel, self.target_id, self.consent)


class ExchangeOut(Out):
    id: UUID
    magnet_id: UUID
    client_id: UUID
    at: datetime
    channel: str
    has_consent: bool
    target_id: UUID | None
    recorded_by: UUID

    @classmethod
    def of(cls, row: MagnetExchange) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})
