"""Keeps the sources of a company, and which of them has brought whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.clients import api as clients
from app.clients.api import ClientFacts
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.facts.gathering import OfClient
from app.crm.facts.values import Fact, FactKind
from app.crm.sources import queries
from app.crm.sources.models import ClientSource, SourceTouch
from app.crm.sources.policies import (
    RecommendedHimself,
    RequestHasSource,
    RequestOfOtherClient,
    SourceKind,
    SourceNotFound,
    SourceTaken,
    check_person,
)
from app.crm.statuses.service import keep_facts, read_by_what
from app.db.session import Session, constraint_of
from app.db.work import Work, work_in
from app.workforce.api import check_is_worker

UNIQUE = {f"uq_client_source__company_id_{column}" for column in ("name", "client_id", "worker_id")}


class NewSource(NamedTuple):
    name: str
    kind: SourceKind
    trust: int
    client_id: UUID | None
    worker_id: UUID | None


async def add_source(session: Session, scope: Scope, new: NewSource) -> ClientSource:
    """A source, or a person who recommends the company.

    Raises:
        SourcePersonWrong: see there.
        SourceTaken: there is one with this name, or this person is one.
        ClientNotFound, WorkerNotFound: no such person in this company.
    """
    check_person(new.kind, new.client_id, new.worker_id)
    if new.client_id is not None:
        new = new._replace(client_id=(await clients.get_client(session, scope.company_id, new.client_id)).id)
    if new.worker_id is not None:
        await check_is_worker(session, scope.company_id, new.worker_id)
    row = ClientSource(
        company_id=scope.company_id, id=uuid7(), is_active=True, row_version=1, **new._asdict()
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if constraint_of(error) not in UNIQUE:
            raise
        raise SourceTaken(name=new.name) from error
    return row


async def get_source(session: Session, scope: Scope, source_id: UUID, *, lock: bool = False) -> ClientSource:
    """One source.

    Raises:
        SourceNotFound: no such source in this company.
    """
    found = await queries.get_source(session, scope, source_id, lock=lock)
    if found is None:
        raise SourceNotFound
    return found


async def change_source(
    session: Session, source: ClientSource, *, changes: Mapping[str, Any]
) -> ClientSource:
    """Change the name, the trust or whether it is in use. The caller has locked it. Who recommends stays.

    Raises:
        SourceTaken: there is one with this name.
    """
    try:
        async with session.begin_nested():
            for field, value in changes.items():
                setattr(source, field, value)
    except IntegrityError as error:
        if constraint_of(error) not in UNIQUE:
            raise
        raise SourceTaken(name=changes["name"]) from error
    return source


class NewTouch(NamedTuple):
    source_id: UUID
    request_id: UUID | None
    at: datetime | None
    note: str


async def note_touch(
    session: Session, scope: Scope, client_id: UUID, new: NewTouch, *, now: datetime
) -> SourceTouch:
    """A source has brought a client. The first touch with a request is his source, and stays it; others are kept.

    Raises:
        ClientNotFound: no such client in this company.
        SourceNotFound: no such source in this company.
        RequestOfOtherClient, RequestHasSource: the request is not his, or has its source.
        RecommendedHimself: he is the recommender.
    """
    client = await clients.get_client(session, scope.company_id, client_id)
    source = await get_source(session, scope, new.source_id)
    if source.client_id in client.card_ids:
        raise RecommendedHimself
    await queries.lock_touches(session, scope.company_id, client.id)
    at = min(new.at or now, now)
    if new.request_id is not None:
        at = await _asked_at(session, scope, client, new.request_id)
    is_first = new.request_id is not None and not await queries.has_first(session, scope, client.id)
    touch = SourceTouch(
        company_id=scope.company_id,
        id=uuid7(),
        client_id=client.id,
        source_id=source.id,
        request_id=new.request_id,
        is_first=is_first,
        at=at,
        note=new.note.strip(),
        noted_by=scope.user_id,
    )
    session.add(touch)
    async with work_in(session, scope.company_id) as work:
        await keep_referrals(work, [client.id], now=now)
    return touch


async def _asked_at(session: Session, scope: Scope, client: ClientFacts, request_id: UUID) -> datetime:
    asked = await queries.get_request(session, scope, request_id)
    if asked is None or asked.client_id not in client.card_ids:
        raise RequestOfOtherClient
    if await queries.is_noted(session, scope, request_id):
        raise RequestHasSource
    return asked.received_at


async def keep_referrals(work: Work, client_ids: Sequence[UUID], *, now: datetime) -> None:
    """Whoever has recommended one of these clients, and he has bought, has a paid referral."""
    found = [
        OfClient(one.recommender_id, Fact(FactKind.REFERRAL_PAID, one.bought_at, one.client_id))
        for one in await queries.find_brought(work, client_ids)
    ]
    if found:
        await keep_facts(work, found, await read_by_what(work, now=now))
