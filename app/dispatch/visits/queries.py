"""All SQL about visits and their history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    DateTime,
    Select,
    SQLColumnExpression,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from app.clients.tables import Client, Site, is_card_of
from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.work import Lock
from app.dispatch.visits.models import Visit, VisitEvent, VisitTelling
from app.dispatch.visits.policies import AHEAD, HELD_BY_WORKER, VisitStatus
from app.dispatch.visits.schemas import VisitOut
from app.dispatch.visits.states import VisitState
from app.http.paging import Listing
from app.orders.api import DoneFor
from app.orders.tables import Job, JobType
from app.workforce.tables import VisitBooking

COMPANY = bindparam("company", type_=Uuid)
VISIT = bindparam("visit", type_=Uuid)
VISIT_COLUMNS = [getattr(Visit, name) for name in VisitState._fields]
VISIT_END = len(VISIT_COLUMNS)


def visible_to(scope: Scope) -> ColumnElement[bool]:
    """The office sees every visit of the company. A worker sees the visits that take his time."""
    if scope.is_office:
        return Visit.company_id == scope.company_id
    return and_(Visit.company_id == scope.company_id, takes_time_of(scope.user_id))


def takes_time_of(
    worker_id: UUID | ColumnElement[UUID], company: SQLColumnExpression[UUID] = Visit.company_id
) -> ColumnElement[bool]:
    """Inside an OR `company` must be its value: Citus wants to know it."""
    return exists().where(
        VisitBooking.company_id == company,
        VisitBooking.visit_id == Visit.id,
        VisitBooking.worker_id == worker_id,
    )


IS_SEEN = or_(bindparam("sees_all", type_=Boolean), takes_time_of(bindparam("worker", type_=Uuid), COMPANY))
"""`visible_to` for a `Query`. `sight_of` gives its values."""


def sight_of(scope: Scope) -> dict[str, Any]:
    return {"sees_all": scope.is_office, "worker": scope.user_id}


LOCK_VISIT = Lock("lock_visit", "SELECT FROM visit WHERE company_id = $1 AND id = $2 FOR UPDATE")
LOCK_JOB_OF_VISIT = Lock(
    "lock_job_of_visit",
    "SELECT FROM job WHERE company_id = $1 AND id ="
    " (SELECT job_id FROM visit WHERE company_id = $1 AND id = $2) FOR NO KEY UPDATE",
)
"""Always locked after the visit itself, so that there is no deadlock."""
LOCK_ORDER_OF_VISIT = Lock(
    "lock_order_of_visit",
    "SELECT FROM client_order WHERE company_id = $1 AND id ="
    " (SELECT order_id FROM job WHERE company_id = $1 AND id ="
    " (SELECT job_id FROM visit WHERE company_id = $1 AND id = $2)) FOR NO KEY UPDATE",
)
"""Always locked after the job."""


class JobState(NamedTuple):
    """The job of a visit as a command reads it, with the statuses its own status is derived from."""

    job_id: UUID
    status: str
    kind: str
    order_id: UUID
    usual_duration: timedelta
    done_for: DoneFor
    others: Sequence[str]
    """The statuses of the job's other visits."""


def job_state(*row: Any) -> JobState:
    job_id, status, kind, order_id, minutes, client, address, others = row
    duration, done_for = timedelta(minutes=minutes), DoneFor(client, address)
    return JobState(job_id, status, kind, order_id, duration, done_for, others or [])


OTHER = cast(Table, Visit.__table__).alias("other_visit")
STATUSES = (
    select(func.array_agg(OTHER.c.status))
    .where(OTHER.c.company_id == COMPANY, OTHER.c.job_id == Job.id)
    .correlate(Job)
)
CLIENT_NAME = func.ltrim(Client.surname + " " + Client.name).label("client_name")
JOB_COLUMNS = (
    Job.id,
    Job.status,
    Job.kind,
    Job.order_id,
    JobType.duration_min,
    CLIENT_NAME,
    Site.address,
)


def with_its_cards(jobs: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join the job type, the client and the site of each job."""
    return (
        jobs.join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
        .join(Client, is_card_of(Job.client_id, COMPANY))
        .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    )


JOB_STATE_SELECT = with_its_cards(select(*JOB_COLUMNS, STATUSES.scalar_subquery()).select_from(Job)).where(
    Job.company_id == COMPANY, Job.id == bindparam("job", type_=Uuid)
)
"""One job as `JobState`, with all its visits."""
JOB_STATE_COLUMNS = (
    *JOB_COLUMNS,
    STATUSES.where(OTHER.c.id != Visit.id).correlate(Job, Visit).scalar_subquery(),
)
"""The columns of `JobState` in a query for one visit; `others` are the visits beside it."""
JOB_STATE_END = VISIT_END + len(JOB_STATE_COLUMNS)


def of_job(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Select columns of one visit, its job with type, client and site."""
    return with_its_cards(
        select(*columns)
        .select_from(Visit)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    ).where(Visit.company_id == COMPANY, Visit.id == VISIT)


class VisitFacts(NamedTuple):
    visit: VisitState
    job: JobState


def _visit_facts(*row: Any) -> VisitFacts:
    return VisitFacts(visit=VisitState(*row[:VISIT_END]), job=job_state(*row[VISIT_END:]))


SMALLEST_DELAY = Query(
    select(func.min(VisitEvent.received_at - VisitEvent.occurred_at)).where(
        VisitEvent.company_id == COMPANY,
        VisitEvent.visit_id == VISIT,
        VisitEvent.actor_id == bindparam("actor", type_=Uuid),
        VisitEvent.command_id.is_not(None),
        VisitEvent.device_id.is_not_distinct_from(bindparam("device", type_=Uuid)),
        VisitEvent.received_at <= bindparam("before", type_=DateTime(timezone=True)),
    ),
    lambda delay: delay,
)
"""Smallest delay between the device's time and ours among the commands of a device for a visit. The
device's clock is slow by no more than this."""

VISIT_OF_OFFICE = Query(of_job(*VISIT_COLUMNS, *JOB_STATE_COLUMNS), _visit_facts)
VISIT_OF_WORKER = Query(
    of_job(*VISIT_COLUMNS, *JOB_STATE_COLUMNS).where(takes_time_of(bindparam("worker", type_=Uuid))),
    _visit_facts,
)


async def get_visit(
    session: Session, scope: Scope, visit_id: UUID, *, lock: bool = False
) -> VisitState | None:
    query = select(*VISIT_COLUMNS).where(visible_to(scope), Visit.id == visit_id)
    row = (await session.execute(query.with_for_update(of=Visit) if lock else query)).first()
    return VisitState(*row) if row else None


async def find_visits(session: Session, company_id: UUID, ids: Sequence[UUID]) -> list[VisitState]:
    query = select(*VISIT_COLUMNS).where(Visit.company_id == company_id, Visit.id.in_(ids))
    return [VisitState(*row) for row in await session.execute(query.order_by(Visit.starts_at, Visit.id))]


VISITS = Listing(
    Visit,
    VisitOut,
    {
        "starts_from": Visit.starts_at >= bindparam("starts_from", type_=DateTime(timezone=True)),
        "starts_before": Visit.starts_at < bindparam("starts_before", type_=DateTime(timezone=True)),
        "statuses": Visit.status == func.any(bindparam("statuses", type_=ARRAY(Text))),
        "worker": takes_time_of(bindparam("worker", type_=Uuid)),
        "job": Visit.job_id == bindparam("job", type_=Uuid),
    },
)


async def find_visits_ahead(
    session: Session, company_id: UUID, worker_id: UUID, *, now: datetime
) -> Sequence[Visit]:
    """Visits that are not over and take this worker's time, alone or in a crew, offered or accepted."""
    query = select(Visit).where(
        Visit.company_id == company_id,
        takes_time_of(worker_id),
        Visit.status.in_({VisitStatus.OFFERED, *HELD_BY_WORKER}),
        Visit.ends_at > now,
    )
    return (await session.scalars(query.order_by(Visit.starts_at, Visit.id))).all()


LOOK_AT_VISITS_AHEAD = (
    update(VisitTelling)
    .where(
        VisitTelling.company_id == bindparam("company"),
        VisitTelling.visit_id.in_(
            select(Visit.id).where(
                Visit.company_id == bindparam("company"),
                Visit.status.in_(AHEAD),
                Visit.window_ends_at > bindparam("now"),
            )
        ),
    )
    .values(tell_at=bindparam("now"))
)


async def look_at_visits_ahead(session: Session, company_id: UUID, *, now: datetime) -> None:
    """Let what all clients with a visit ahead know be compared anew with what is true."""
    await session.execute(LOOK_AT_VISITS_AHEAD, {"company": company_id, "now": now})


async def find_site_zones(
    session: Session, company_id: UUID, visit_ids: Sequence[UUID]
) -> dict[UUID, str | None]:
    """The time zone of the site of each visit. None: the company's zone counts there."""
    query = (
        select(Visit.id, Site.timezone)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
        .where(Visit.company_id == company_id, Visit.id.in_(visit_ids))
    )
    return dict(list(await session.execute(query)))


async def find_events(session: Session, scope: Scope, visit_id: UUID) -> Sequence[VisitEvent]:
    query = select(VisitEvent).where(
        VisitEvent.company_id == scope.company_id, VisitEvent.visit_id == visit_id
    )
    return (await session.scalars(query.order_by(VisitEvent.id))).all()


async def forget_visit_points(
    session: Session, actor_id: UUID, periods: Sequence[tuple[datetime, datetime]]
) -> None:
    """Forget where somebody was when he gave commands in these periods (true time). The commands stay."""
    sinces, untils = [since for since, _ in periods], [until for _, until in periods]
    times = ARRAY(DateTime(timezone=True))
    await session.execute(
        select(func.forget_visit_points(actor_id, literal(sinces, times), literal(untils, times)))
    )
