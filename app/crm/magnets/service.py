"""Exchanges a contact for something useful: a checklist, a free measurement, a calculator."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.clients import api as clients
from app.clients.api import RecordClientConsent
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.facts.gathering import OfClient
from app.crm.facts.values import Fact, FactKind
from app.crm.magnets import queries
from app.crm.magnets.models import LeadMagnet, MagnetExchange
from app.crm.statuses.service import keep_facts, read_by_what
from app.crm.targets.queries import get_target
from app.crm.targets.service import TargetNotFound
from app.db.session import Session
from app.db.work import work_in


class MagnetNotFound(NotFound):
    code = "magnet_not_found"


class MagnetEnded(DomainError):
    """Nobody gets it any more."""

    code = "magnet_ended"


class NotReachable(DomainError):
    """There is no phone and no e-mail on the card: nothing was exchanged."""

    code = "not_reachable"


class Exchange(NamedTuple):
    client_id: UUID
    channel: str
    target_id: UUID | None
    consent: RecordClientConsent | None


async def add_magnet(session: Session, scope: Scope, *, kind: str, name: str, cost_kop: int) -> LeadMagnet:
    """Something that is given for a contact from now on."""
    magnet = LeadMagnet(
        company_id=scope.company_id,
        id=uuid7(),
        kind=kind,
        name=name,
        cost_kop=cost_kop,
        added_by=scope.user_id,
    )
    session.add(magnet)
    await session.flush()
    return magnet


async def end_magnet(session: Session, scope: Scope, *, magnet_id: UUID, now: datetime) -> None:
    """From now on nobody gets it.

    Raises:
        MagnetNotFound: no such magnet in this company.
    """
    magnet = await _lock(session, scope, magnet_id)
    magnet.ends_at = magnet.ends_at or now


async def _lock(session: Session, scope: Scope, magnet_id: UUID) -> LeadMagnet:
    magnet = await queries.get_magnet(session, scope.company_id, magnet_id, lock=True)
    if magnet is None:
        raise MagnetNotFound(magnet_id=magnet_id)
    return magnet


async def exchange(
    session: Session, scope: Scope, *, magnet_id: UUID, given: Exchange, now: datetime
) -> MagnetExchange:
    """A person left his contact and got it. He has asked, so he is a lead; a consent is kept with its proof.

    He gets it once: the second time nothing is written.

    Raises:
        MagnetNotFound, MagnetEnded: there is nothing to give.
        ClientNotFound, TargetNotFound: no such client or place in this company.
        NotReachable: his card has no contact.
        CardNotFound, ConsentInvalid, ConsentTextMissing, ConsentTextNotFound, ContactNotOnCard: of his consent.
    """
    magnet = await _lock(session, scope, magnet_id)
    if magnet.ends_at is not None:
        raise MagnetEnded(magnet_id=magnet_id)
    client = await clients.get_client(session, scope.company_id, given.client_id)
    if not client.contacts:
        raise NotReachable(client_id=client.id)
    if given.target_id and await get_target(session, scope.company_id, given.target_id) is None:
        raise TargetNotFound(target_id=given.target_id)
    before = await queries.get_exchange(session, scope.company_id, magnet_id, client.id)
    return before or await _exchange(session, scope, magnet, client.id, given, now)


async def _exchange(
    session: Session, scope: Scope, magnet: LeadMagnet, client_id: UUID, given: Exchange, now: datetime
) -> MagnetExchange:
    if given.consent is not None:
        await clients.record_consent(session, scope, client_id=client_id, consent=given.consent, now=now)
    row = MagnetExchange(
        company_id=scope.company_id,
        id=uuid7(),
        magnet_id=magnet.id,
        client_id=client_id,
        at=now,
        channel=given.channel,
        has_consent=given.consent is not None,
        target_id=given.target_id,
        recorded_by=scope.user_id,
    )
    session.add(row)
    await session.flush()
    asked = Fact(
        FactKind.REQUEST_RECEIVED, now, row.id, detail={"channel": given.channel, "magnet": magnet.kind}
    )
    async with work_in(session, scope.company_id) as work:
        await keep_facts(work, [OfClient(client_id, asked)], await read_by_what(work, now=now))
    return row
