"""All SQL of the review of first statuses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, any_, exists, func, literal, or_, select

from app.clients.tables import Client
from app.crm.first_statuses.models import FirstAssignment, FirstStatus
from app.crm.first_statuses.queries import get_first_status
from app.crm.passes.models import BasePass, PassKind
from app.crm.statuses.models import ClientLife
from app.db.session import Session
from app.http.paging import cut_page, read_cursor

SAMPLES = 3
"""Clients of each group to look at."""


class Summary(NamedTuple):
    """An assignment with how far people have come."""

    id: UUID
    begun_at: datetime
    is_running: bool
    clients: int
    doubtful: int
    confirmed: int
    open_doubts: int
    """Clients with doubts whom nobody has confirmed yet."""
    released_at: datetime | None
    released_by: UUID | None
    comment: str


HAS_DOUBTS = func.cardinality(FirstStatus.doubts) > 0
IS_CONFIRMED = FirstStatus.confirmed_at.is_not(None)


def _of_people(company_id: UUID) -> ColumnElement[bool]:
    """The card is not merged into another one."""
    return exists().where(
        Client.company_id == company_id, Client.id == FirstStatus.client_id, Client.merged_into.is_(None)
    )


async def find_summaries(
    session: Session, company_id: UUID, *, assignment_id: UUID | None = None
) -> list[Summary]:
    """The newest first."""
    one, of_pass = FirstAssignment, BasePass
    query = (
        select(
            one.id,
            one.created_at,
            func.coalesce(func.bool_or(of_pass.go_on_at.is_not(None)), False),
            func.count(FirstStatus.client_id),
            func.count().filter(HAS_DOUBTS),
            func.count().filter(IS_CONFIRMED),
            func.count().filter(HAS_DOUBTS, ~IS_CONFIRMED),
            one.released_at,
            one.released_by,
            one.comment,
        )
        .outerjoin(of_pass, and_(of_pass.company_id == one.company_id, of_pass.id == one.id))
        .outerjoin(
            FirstStatus,
            and_(
                FirstStatus.company_id == one.company_id,
                FirstStatus.assignment_id == one.id,
                _of_people(company_id),
            ),
        )
        .where(one.company_id == company_id)
        .group_by(one.id, one.created_at, one.released_at, one.released_by, one.comment)
        .order_by(one.id.desc())
    )
    if assignment_id is not None:
        query = query.where(one.id == assignment_id)
    return [Summary(*row) for row in await session.execute(query)]


async def is_gathering(session: Session, company_id: UUID) -> bool:
    """History of this company is being taken over at this moment."""
    query = select(BasePass.id).where(
        BasePass.company_id == company_id,
        BasePass.kind == PassKind.GATHER.value,
        BasePass.go_on_at.is_not(None),
    )
    return await session.scalar(query.limit(1)) is not None


class Reviewed(NamedTuple):
    """A client of an assignment as the review shows him."""

    client_id: UUID
    name: str
    surname: str
    first_status: str
    status: str
    """Now."""
    reason: str
    params: Mapping[str, Any]
    doubts: list[str]
    weight: int
    confirmed_at: datetime | None
    confirmed_by: UUID | None
    note: str


def _select_reviewed(company_id: UUID, assignment_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(
            FirstStatus.client_id,
            Client.name,
            Client.surname,
            FirstStatus.status,
            ClientLife.status,
            ClientLife.reason,
            ClientLife.params,
            FirstStatus.doubts,
            FirstStatus.weight,
            FirstStatus.confirmed_at,
            FirstStatus.confirmed_by,
            FirstStatus.note,
        )
        .join(Client, and_(Client.company_id == FirstStatus.company_id, Client.id == FirstStatus.client_id))
        .join(
            ClientLife,
            and_(
                ClientLife.company_id == FirstStatus.company_id,
                ClientLife.client_id == FirstStatus.client_id,
            ),
        )
        .where(
            FirstStatus.company_id == company_id,
            FirstStatus.assignment_id == assignment_id,
            Client.merged_into.is_(None),
        )
    )


class Filters(NamedTuple):
    status: str | None = None
    doubt: str | None = None
    is_confirmed: bool | None = None


async def find_reviewed(
    session: Session,
    company_id: UUID,
    assignment_id: UUID,
    filters: Filters,
    *,
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[Reviewed], str | None]:
    """A page: those with most doubts first, then the oldest card."""
    query = _select_reviewed(company_id, assignment_id)
    if filters.status is not None:
        query = query.where(ClientLife.status == filters.status)
    if filters.doubt is not None:
        query = query.where(literal(filters.doubt) == any_(FirstStatus.doubts))
    if filters.is_confirmed is not None:
        query = query.where(IS_CONFIRMED if filters.is_confirmed else ~IS_CONFIRMED)
    if cursor is not None:
        last = await get_first_status(session, company_id, read_cursor(cursor))
        if last is None:
            return [], None
        query = query.where(
            or_(
                FirstStatus.weight < last.weight,
                and_(FirstStatus.weight == last.weight, FirstStatus.client_id > last.client_id),
            )
        )
    ordered = query.order_by(FirstStatus.weight.desc(), FirstStatus.client_id).limit(limit + 1)
    rows = [Reviewed(*row) for row in await session.execute(ordered)]
    return cut_page(rows, limit, by="client_id")


class StatusGroup(NamedTuple):
    """Clients of an assignment with one status for one reason."""

    status: str
    reason: str
    clients: int
    doubtful: int


def _grouped(company_id: UUID, assignment_id: UUID) -> Select[*tuple[Any, ...]]:
    return (
        select(FirstStatus.client_id, FirstStatus.weight, ClientLife.status, ClientLife.reason)
        .join(
            ClientLife,
            and_(
                ClientLife.company_id == FirstStatus.company_id,
                ClientLife.client_id == FirstStatus.client_id,
            ),
        )
        .where(
            FirstStatus.company_id == company_id,
            FirstStatus.assignment_id == assignment_id,
            _of_people(company_id),
        )
    )


async def count_groups(session: Session, company_id: UUID, assignment_id: UUID) -> list[StatusGroup]:
    """By the status of now and its reason."""
    known = _grouped(company_id, assignment_id).subquery()
    query = (
        select(known.c.status, known.c.reason, func.count(), func.count().filter(known.c.weight > 0))
        .group_by(known.c.status, known.c.reason)
        .order_by(known.c.status, known.c.reason)
    )
    return [StatusGroup(*row) for row in await session.execute(query)]


async def find_samples(session: Session, company_id: UUID, assignment_id: UUID) -> list[Reviewed]:
    """Some clients of each group: those with most doubts."""
    known = _grouped(company_id, assignment_id).subquery()
    place = func.row_number().over(
        partition_by=(known.c.status, known.c.reason), order_by=(known.c.weight.desc(), known.c.client_id)
    )
    placed = select(known.c.client_id, place.label("place")).subquery()
    chosen = select(placed.c.client_id).where(placed.c.place <= SAMPLES)
    query = _select_reviewed(company_id, assignment_id).where(FirstStatus.client_id.in_(chosen))
    rows = await session.execute(query.order_by(FirstStatus.weight.desc(), FirstStatus.client_id))
    return [Reviewed(*row) for row in rows]


async def count_doubts(session: Session, company_id: UUID, assignment_id: UUID) -> dict[str, int]:
    """Clients whom nobody has confirmed yet, by doubt."""
    doubt = func.unnest(FirstStatus.doubts).label("doubt")
    query = (
        select(doubt, func.count().label("clients"))
        .where(
            FirstStatus.company_id == company_id,
            FirstStatus.assignment_id == assignment_id,
            ~IS_CONFIRMED,
            _of_people(company_id),
        )
        .group_by(doubt)
    )
    return {row.doubt: row.clients for row in await session.execute(query)}
