"""All SQL about sources."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from app.clients.tables import Client, of_client
from app.core.scope import Scope
from app.crm.sources.models import ClientSource, SourceTouch
from app.crm.statuses.models import ClientLife
from app.db.query import Query
from app.db.reader import Reader
from app.db.session import Session
from app.db.work import Work
from app.dispatch.tables import ServiceRequest

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))


def select_sources(scope: Scope) -> Select[ClientSource]:
    return select(ClientSource).where(ClientSource.company_id == scope.company_id)


async def get_source(
    session: Session, scope: Scope, source_id: UUID, *, lock: bool = False
) -> ClientSource | None:
    query = select_sources(scope).where(ClientSource.id == source_id)
    return await session.scalar(query.with_for_update() if lock else query)


def select_touches(scope: Scope, client_id: UUID) -> Select[SourceTouch]:
    return select(SourceTouch).where(
        SourceTouch.company_id == scope.company_id,
        of_client(SourceTouch.client_id, client_id, scope.company_id),
    )


async def has_first(session: Session, scope: Scope, client_id: UUID) -> bool:
    query = select_touches(scope, client_id).where(SourceTouch.is_first)
    return await session.scalar(select(query.exists())) or False


class Asked(NamedTuple):
    client_id: UUID | None
    received_at: datetime


async def get_request(session: Session, scope: Scope, request_id: UUID) -> Asked | None:
    query = select(ServiceRequest.client_id, ServiceRequest.received_at).where(
        ServiceRequest.company_id == scope.company_id, ServiceRequest.id == request_id
    )
    row = (await session.execute(query)).first()
    return Asked(*row) if row else None


class Brought(NamedTuple):
    """A client who was recommended by another, and has bought."""

    client_id: UUID
    recommender_id: UUID
    bought_at: datetime


BROUGHT = Query(
    select(SourceTouch.client_id, ClientSource.client_id, ClientLife.first_purchase_at)
    .join(
        ClientSource,
        and_(ClientSource.company_id == SourceTouch.company_id, ClientSource.id == SourceTouch.source_id),
    )
    .join(
        ClientLife,
        and_(ClientLife.company_id == SourceTouch.company_id, ClientLife.client_id == SourceTouch.client_id),
    )
    .where(
        SourceTouch.company_id == COMPANY,
        SourceTouch.client_id == func.any(IDS),
        SourceTouch.is_first,
        ClientSource.client_id.is_not(None),
        ClientLife.first_purchase_at.is_not(None),
    ),
    Brought,
)


async def find_brought(work: Work, client_ids: Sequence[UUID]) -> list[Brought]:
    """Those of these clients who have bought and whom another client has recommended."""
    return await work.all(BROUGHT, ids=list(client_ids))


class Known(NamedTuple):
    """What reports say of a source beside its name."""

    id: UUID
    name: str
    kind: str
    trust: int


KNOWN = Query(
    select(ClientSource.id, ClientSource.name, ClientSource.kind, ClientSource.trust).where(
        ClientSource.company_id == COMPANY
    ),
    Known,
)


async def find_known(reader: Reader) -> dict[str, Known]:
    """The sources of the company, by name."""
    return {one.name: one for one in await reader.all(KNOWN)}


def name_of_first(client_id: Any) -> Any:
    """The name of the source that has brought a client, for a statement with the parameter `company`.

    `client_id` is that of his surviving card. If several of his cards have one, the earliest counts.
    """
    card = aliased(Client)
    merged = select(card.id).where(card.company_id == COMPANY, card.merged_into == client_id)
    return (
        select(ClientSource.name)
        .join(
            SourceTouch,
            and_(SourceTouch.company_id == ClientSource.company_id, SourceTouch.source_id == ClientSource.id),
        )
        .where(
            ClientSource.company_id == COMPANY,
            SourceTouch.is_first,
            or_(SourceTouch.client_id == client_id, SourceTouch.client_id.in_(merged)),
        )
        .order_by(SourceTouch.at, SourceTouch.id)
        .limit(1)
        .scalar_subquery()
    )


async def lock_touches(session: Session, company_id: UUID, client_id: UUID) -> None:
    """Until COMMIT nobody else notes what has brought this client. So only one is the first."""
    key = f"{company_id} source of {client_id}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def is_noted(session: Session, scope: Scope, request_id: UUID) -> bool:
    """Whether it is known what has brought this request."""
    query = select(SourceTouch).where(
        SourceTouch.company_id == scope.company_id, SourceTouch.request_id == request_id
    )
    return await session.scalar(select(query.exists())) or False
