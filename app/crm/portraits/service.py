"""Draws up portraits in versions, notes what is known of clients, and compares both."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from app.clients import api as clients
from app.core.errors import NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.portraits import queries
from app.crm.portraits.models import CardTraits, Portrait, PortraitVersion
from app.crm.portraits.policies import Match, match
from app.crm.portraits.values import ClientTraits, PortraitTraits
from app.db.session import Session


class PortraitNotFound(NotFound):
    code = "portrait_not_found"


class PortraitAreaNotFound(NotFound):
    """The company has no such territory."""

    code = "portrait_area_not_found"


class Drawn(NamedTuple):
    """A portrait with what it says now."""

    portrait: Portrait
    version: PortraitVersion

    @property
    def traits(self) -> PortraitTraits:
        return msgspec.convert(self.version.traits, PortraitTraits)


async def draw_portrait(
    session: Session, scope: Scope, *, name: str, traits: PortraitTraits, words: str, now: datetime
) -> Drawn:
    """A new portrait with its first version.

    Raises:
        PortraitAreaNotFound: a territory that the company does not have.
    """
    portrait = Portrait(company_id=scope.company_id, id=uuid7(), name=name)
    session.add(portrait)
    await session.flush()  # the version refers to it
    return await _publish(session, scope, portrait, 1, traits, words, now)


async def _publish(
    session: Session,
    scope: Scope,
    portrait: Portrait,
    number: int,
    traits: PortraitTraits,
    words: str,
    now: datetime,
) -> Drawn:
    wanted = set(traits.territory_ids)
    if wanted and (
        unknown := wanted - await queries.find_territories(session, scope.company_id, sorted(wanted))
    ):
        raise PortraitAreaNotFound(territory_id=min(unknown))
    version = PortraitVersion(
        company_id=scope.company_id,
        portrait_id=portrait.id,
        version=number,
        traits=msgspec.to_builtins(traits),
        words=words,
        published_by=scope.user_id,
        published_at=now,
    )
    session.add(version)
    await session.flush()
    return Drawn(portrait, version)


async def redraw_portrait(
    session: Session, scope: Scope, *, portrait_id: UUID, traits: PortraitTraits, words: str, now: datetime
) -> Drawn:
    """The portrait says something else from now on. Earlier versions stay.

    Raises:
        PortraitNotFound: no such portrait in this company.
        PortraitAreaNotFound: a territory that the company does not have.
    """
    portrait = await _lock(session, scope, portrait_id)
    newest = (await queries.find_newest(session, scope.company_id, [portrait_id]))[portrait_id]
    return await _publish(session, scope, portrait, newest.version + 1, traits, words, now)


async def archive_portrait(session: Session, scope: Scope, *, portrait_id: UUID, now: datetime) -> None:
    """Nobody is compared with it any more.

    Raises:
        PortraitNotFound: no such portrait in this company.
    """
    portrait = await _lock(session, scope, portrait_id)
    portrait.archived_at = portrait.archived_at or now


async def _lock(session: Session, scope: Scope, portrait_id: UUID) -> Portrait:
    portrait = await queries.get_portrait(session, scope.company_id, portrait_id, lock=True)
    if portrait is None:
        raise PortraitNotFound(portrait_id=portrait_id)
    return portrait


async def find_drawn(session: Session, company_id: UUID) -> list[Drawn]:
    """Every portrait that is in use, by name."""
    portraits = await queries.find_portraits(session, company_id)
    newest = await queries.find_newest(session, company_id, [one.id for one in portraits])
    return [Drawn(one, newest[one.id]) for one in portraits]


async def find_versions(session: Session, scope: Scope, portrait_id: UUID) -> list[Drawn]:
    """All that a portrait has said, the newest first.

    Raises:
        PortraitNotFound: no such portrait in this company.
    """
    portrait = await queries.get_portrait(session, scope.company_id, portrait_id)
    if portrait is None:
        raise PortraitNotFound(portrait_id=portrait_id)
    return [
        Drawn(portrait, one) for one in await queries.find_versions(session, scope.company_id, portrait_id)
    ]


class Compared(NamedTuple):
    """A client beside the portraits."""

    client_id: UUID
    traits: ClientTraits
    matches: list[tuple[Drawn, Match]]


async def note_traits(
    session: Session, scope: Scope, *, client_id: UUID, traits: ClientTraits, now: datetime
) -> Compared:
    """Note what is known of a client, as a whole.

    Raises:
        ClientNotFound: no such client in this company.
    """
    card_id = (await clients.get_client(session, scope.company_id, client_id)).id
    known = await queries.get_traits(session, scope.company_id, card_id, lock=True)
    if known is None:
        known = CardTraits(company_id=scope.company_id, client_id=card_id)
        session.add(known)
    known.traits, known.noted_by, known.noted_at = msgspec.to_builtins(traits), scope.user_id, now
    await session.flush()
    return await compare(session, scope, card_id)


async def compare(session: Session, scope: Scope, client_id: UUID) -> Compared:
    """What is known of a client, and how he fits each portrait.

    Raises:
        ClientNotFound: no such client in this company.
    """
    card_id = (await clients.get_client(session, scope.company_id, client_id)).id
    known = await queries.get_traits(session, scope.company_id, card_id)
    traits = msgspec.convert(known.traits, ClientTraits) if known else ClientTraits()
    areas = await queries.find_areas(session, scope.company_id, card_id)
    drawn = await find_drawn(session, scope.company_id)
    return Compared(card_id, traits, [(one, match(traits, areas, one.traits)) for one in drawn])
