"""All SQL of the screens that show how clients stand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, exists, func, literal, select
from sqlalchemy.orm import aliased

from app.clients.tables import IS_CLIENT, Client, is_card_of
from app.core.scope import Scope
from app.crm.status_lists.values import Funnel, LifeRow, ShownStep, ShownTrack, Transition, WeekMoves
from app.crm.statuses.models import ClientLife, StatusStep
from app.crm.statuses.policies.history import ClientStatus
from app.crm.tracks.models import NeedTrack
from app.db.session import Session
from app.http.paging import cut_page, read_cursor

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
LIFE_COLUMNS = [
    getattr(Client if name in ("name", "surname") else ClientLife, name) for name in LifeRow._fields
]
LIVES = (
    select(*LIFE_COLUMNS)
    .join(Client, and_(Client.company_id == ClientLife.company_id, Client.id == ClientLife.client_id))
    .where(IS_CLIENT)
)


async def get_life(session: Session, scope: Scope, client_id: UUID) -> LifeRow | None:
    """How the client stands who has this card."""
    query = LIVES.where(
        ClientLife.company_id == scope.company_id, is_card_of(literal(client_id), scope.company_id)
    )
    row = (await session.execute(query)).first()
    return LifeRow(*row) if row else None


async def find_lives(
    session: Session,
    scope: Scope,
    *,
    status: str | None,
    tier: str | None,
    due_before: date | None,
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[LifeRow], str | None]:
    """A page, the newest client first."""
    query = LIVES.where(ClientLife.company_id == scope.company_id, Client.merged_into.is_(None))
    if status is not None:
        query = query.where(ClientLife.status == status)
    if tier is not None:
        query = query.where(ClientLife.tier == tier)
    if due_before is not None:
        query = query.where(ClientLife.due_on < due_before)
    if cursor is not None:
        query = query.where(ClientLife.client_id < read_cursor(cursor))
    rows = await session.execute(query.order_by(ClientLife.client_id.desc()).limit(limit + 1))
    return cut_page([LifeRow(*row) for row in rows], limit, by="client_id")


async def count_statuses(
    session: Session, scope: Scope, *, cold_days: int, now: datetime
) -> dict[str, tuple[int, int]]:
    """Clients and cold leads, by status."""
    is_cold = and_(
        ClientLife.status == ClientStatus.LEAD, ClientLife.active_at < now - timedelta(days=cold_days)
    )
    query = (
        select(ClientLife.status, func.count(), func.count().filter(is_cold))
        .join(Client, and_(Client.company_id == ClientLife.company_id, Client.id == ClientLife.client_id))
        .where(ClientLife.company_id == scope.company_id, Client.merged_into.is_(None), IS_CLIENT)
        .group_by(ClientLife.status)
    )
    return {status: (clients, cold) for status, clients, cold in await session.execute(query)}


def _is_withdrawn(scope: Scope, step: type[StatusStep] = StatusStep) -> ColumnElement[bool]:
    other = aliased(StatusStep)
    return exists().where(other.company_id == scope.company_id, other.withdraws == step.id)


async def find_steps(session: Session, scope: Scope, client_id: UUID) -> list[ShownStep]:
    """Every step, also those that do not hold, the newest first."""
    columns = [*(getattr(StatusStep, name) for name in ShownStep._fields[:-1]), _is_withdrawn(scope)]
    query = (
        select(*columns)
        .where(
            StatusStep.company_id == scope.company_id,
            StatusStep.client_id == client_id,
            StatusStep.withdraws.is_(None),
        )
        .order_by(StatusStep.at.desc(), StatusStep.id.desc())
    )
    return [ShownStep(*row) for row in await session.execute(query)]


async def find_needs(session: Session, scope: Scope, client_id: UUID) -> list[ShownTrack]:
    """The next first."""
    query = select(*(getattr(NeedTrack, name) for name in ShownTrack._fields)).where(
        NeedTrack.company_id == scope.company_id, NeedTrack.client_id == client_id
    )
    rows = await session.execute(query.order_by(NeedTrack.due_on, NeedTrack.category, NeedTrack.site_id))
    return [ShownTrack(*row) for row in rows]


async def count_transitions(
    session: Session, scope: Scope, since: datetime, until: datetime
) -> list[Transition]:
    """Steps that hold in [since, until), by what they were from and to."""
    query = (
        select(StatusStep.was, StatusStep.status, func.count())
        .where(*_holding(scope, since, until), StatusStep.was.is_distinct_from(StatusStep.status))
        .group_by(StatusStep.was, StatusStep.status)
        .order_by(StatusStep.was, StatusStep.status)
    )
    return [Transition(*row) for row in await session.execute(query)]


async def count_moves_by_week(
    session: Session, scope: Scope, until: datetime, timezone: str
) -> list[WeekMoves]:
    """Every step that holds before `until`, by the Monday of its week in the company's calendar."""
    week = cast(func.date_trunc("week", func.timezone(timezone, StatusStep.at)), Date).label("week")
    query = (
        select(week, StatusStep.was, StatusStep.status, func.count())
        .where(*_holding(scope, LONG_AGO, until), StatusStep.was.is_distinct_from(StatusStep.status))
        .group_by(week, StatusStep.was, StatusStep.status)
    )
    return [WeekMoves(*row) for row in await session.execute(query)]


def _holding(scope: Scope, since: datetime, until: datetime) -> list[ColumnElement[bool]]:
    """The step was not withdrawn, and its client's card is not merged into another one, which has steps of its own."""
    card = aliased(Client)
    return [
        StatusStep.company_id == scope.company_id,
        StatusStep.at >= since,
        StatusStep.at < until,
        StatusStep.withdraws.is_(None),
        ~_is_withdrawn(scope),
        exists().where(
            card.company_id == scope.company_id,
            card.id == StatusStep.client_id,
            card.merged_into.is_(None),
        ),
    ]


async def count_newcomers(session: Session, scope: Scope, since: datetime, until: datetime) -> Funnel:
    """Clients who became newcomers by their first purchase in [since, until), and those of them who are fans by now or
    were."""
    later = aliased(StatusStep)
    became_fan = exists().where(
        later.company_id == scope.company_id,
        later.client_id == StatusStep.client_id,
        later.status == ClientStatus.FAN,
        later.at > StatusStep.at,
        later.withdraws.is_(None),
        ~_is_withdrawn(scope, later),
    )
    query = select(
        func.count(StatusStep.client_id.distinct()),
        func.count(StatusStep.client_id.distinct()).filter(became_fan),
    ).where(
        *_holding(scope, since, until),
        StatusStep.status == ClientStatus.NEWCOMER,
        StatusStep.was.is_distinct_from(ClientStatus.DORMANT),
        StatusStep.was.is_distinct_from(ClientStatus.RETURNEE),
        StatusStep.was.is_distinct_from(ClientStatus.FAN),
    )
    return Funnel(*(await session.execute(query)).one())
