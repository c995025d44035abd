"""All SQL about measurement sheets."""

from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Table,
    Uuid,
    and_,
    bindparam,
    func,
    lateral,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.work import Lock, Work
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.queries import ORDER_COLUMNS, PRODUCTION_ORDERS, order_state
from app.orders.jobs.models import Job
from app.orders.measurements.models import Measurement, Opening
from app.orders.measurements.policies import MeasuredJob
from app.orders.measurements.repeats import Taken
from app.orders.measurements.sheets import OPENING_FIELDS, Sheet, StoredMeasurement, StoredOpening
from app.orders.statuses import ProductionStatus
from app.workforce.tables import VisitBooking

COMPANY = bindparam("company", type_=Uuid)
JOB = bindparam("job", type_=Uuid)
VERSIONS = cast(Table, Measurement.__table__)


def _sheet_columns(version: FromClause, company_id: ColumnElement[UUID] | UUID) -> list[ColumnElement[Any]]:
    """A version of that company, its openings in order, and the production order that locks it."""
    opening = func.jsonb_build_array(*(getattr(Opening, field) for field in OPENING_FIELDS))
    openings = (
        select(func.jsonb_agg(opening).aggregate_order_by(Opening.position))
        .where(Opening.company_id == company_id, Opening.measurement_id == version.c.id)
        .correlate(version)
    )
    locked_by = (
        select(PRODUCTION_ORDERS.c.id)
        .where(
            PRODUCTION_ORDERS.c.company_id == company_id,
            PRODUCTION_ORDERS.c.measurement_id == version.c.id,
            PRODUCTION_ORDERS.c.status != ProductionStatus.CANCELED,
        )
        .correlate(version)
    )
    return [
        *(version.c[name] for name in StoredMeasurement._fields),
        openings.scalar_subquery().label("openings"),
        locked_by.scalar_subquery().label("locked_by"),
    ]


def _sheet(*row: Any) -> Sheet:
    *measurement, openings, locked_by = row
    return Sheet(
        StoredMeasurement(*measurement), [StoredOpening(*opening) for opening in openings or []], locked_by
    )


def stored_sheet(*row: Any) -> Sheet | None:
    """`row` is what LAST_SHEET reads. None if the outer join found no sheet."""
    return _sheet(*row) if row[0] else None


def _select_sheets(scope: Scope) -> Select[*tuple[Any, ...]]:
    return select(*_sheet_columns(VERSIONS, scope.company_id)).where(
        VERSIONS.c.company_id == scope.company_id
    )


async def get_sheet(session: Session, scope: Scope, measurement_id: UUID) -> Sheet | None:
    """Of any job of the company: the caller checks that it may be seen."""
    return await _first(session, _select_sheets(scope).where(VERSIONS.c.id == measurement_id))


async def get_sheet_of_command(session: Session, scope: Scope, command_id: UUID) -> Sheet | None:
    """What a command of this worker's phone made."""
    of_command = VERSIONS.c.command_id == command_id
    return await _first(
        session, _select_sheets(scope).where(of_command, VERSIONS.c.author_id == scope.user_id)
    )


async def get_newest_sheet(session: Session, scope: Scope, job_ids: Iterable[UUID]) -> Sheet | None:
    """What was measured last in any of these jobs."""
    query = _select_sheets(scope).where(VERSIONS.c.job_id.in_(list(job_ids)))
    return await _first(session, query.order_by(VERSIONS.c.received_at.desc(), VERSIONS.c.version.desc()))


_NEWEST = (
    select(Job.order_id, *VERSIONS.c)
    .select_from(VERSIONS)
    .join(Job, and_(Job.company_id == VERSIONS.c.company_id, Job.id == VERSIONS.c.job_id))
    .where(VERSIONS.c.company_id == COMPANY, Job.order_id == func.any(bindparam("orders", type_=ARRAY(Uuid))))
    .ext(distinct_on(Job.order_id))
    .order_by(Job.order_id, VERSIONS.c.received_at.desc(), VERSIONS.c.version.desc())
    .subquery("newest")
)
NEWEST_SHEETS = Query(
    select(_NEWEST.c.order_id, *_sheet_columns(_NEWEST, COMPANY)),
    lambda order_id, *row: (order_id, _sheet(*row)),
)


async def find_newest_sheets(work: Work, order_ids: Sequence[UUID]) -> dict[UUID, Sheet]:
    """What was measured last in any job of each order, by order. An order without a measurement is left out."""
    return dict(await work.all(NEWEST_SHEETS, orders=order_ids))


async def _first(session: Session, query: Select[*tuple[Any, ...]]) -> Sheet | None:
    row = (await session.execute(query.limit(1))).first()
    return _sheet(*row) if row else None


async def find_sheets(session: Session, scope: Scope, job_id: UUID) -> list[Sheet]:
    """Every version of a job, newest first."""
    query = _select_sheets(scope).where(VERSIONS.c.job_id == job_id)
    return [_sheet(*row) for row in await session.execute(query.order_by(VERSIONS.c.version.desc()))]


async def find_sheets_by_id(session: Session, scope: Scope, ids: Iterable[UUID]) -> list[Sheet]:
    """In no particular order."""
    query = _select_sheets(scope).where(VERSIONS.c.id.in_(list(ids)))
    return [_sheet(*row) for row in await session.execute(query)]


SITE_SHEETS_MAX = 500
"""More nobody measures at one site; a page is cut from these."""


async def find_taken_at(session: Session, scope: Scope, site_id: UUID) -> list[Taken]:
    """Who measured what at a site, the last that arrived first. At most `SITE_SHEETS_MAX`."""
    query = (
        select(
            Measurement.id,
            Job.id,
            Job.number,
            ClientOrder.id,
            ClientOrder.number,
            *(getattr(Measurement, name) for name in Taken._fields[5:]),
        )
        .join(Job, and_(Job.company_id == Measurement.company_id, Job.id == Measurement.job_id))
        .join(ClientOrder, and_(ClientOrder.company_id == Job.company_id, ClientOrder.id == Job.order_id))
        .where(Measurement.company_id == scope.company_id, Job.site_id == site_id)
        .order_by(Measurement.id.desc())
        .limit(SITE_SHEETS_MAX)
    )
    return [Taken(*row) for row in await session.execute(query)]


async def has_visit_at(session: Session, scope: Scope, site_id: UUID) -> bool:
    """Whether this worker is booked for a visit at the site."""
    query = (
        select(VisitBooking.visit_id)
        .join(Job, and_(Job.company_id == VisitBooking.company_id, Job.id == VisitBooking.job_id))
        .where(
            VisitBooking.company_id == scope.company_id,
            VisitBooking.worker_id == scope.user_id,
            Job.site_id == site_id,
        )
    )
    return await session.scalar(query.limit(1)) is not None


_LAST = VERSIONS.alias("last")
LAST_SHEET = lateral(
    select(*_sheet_columns(_LAST, COMPANY))
    .where(_LAST.c.company_id == COMPANY, _LAST.c.job_id == Job.id)
    .order_by(_LAST.c.version.desc())
    .limit(1)
    .correlate(Job)
).alias("last_sheet")
"""The newest version of a job. Join it to the job by an outer join."""
MEASURED_JOB_COLUMNS = (Job.id, Job.status, *ORDER_COLUMNS, *LAST_SHEET.c)
ORDER_END = 2 + len(ORDER_COLUMNS)


def measured_job(*row: Any) -> MeasuredJob:
    """`row` is what MEASURED_JOB_COLUMNS read."""
    job_id, job_status = row[:2]
    return MeasuredJob(
        job_id, job_status, order=order_state(*row[2:ORDER_END]), last=stored_sheet(*row[ORDER_END:])
    )


LOCK_ORDER_OF_JOB = Lock(
    "lock_order_of_job",
    "SELECT FROM client_order WHERE company_id = $1 AND id ="
    " (SELECT order_id FROM job WHERE company_id = $1 AND id = $2) FOR NO KEY UPDATE",
)
TO_CORRECT = Query(
    select(*MEASURED_JOB_COLUMNS)
    .select_from(Job)
    .join(ClientOrder, and_(ClientOrder.company_id == Job.company_id, ClientOrder.id == Job.order_id))
    .outerjoin(LAST_SHEET, true())
    .where(Job.company_id == COMPANY, Job.id == JOB),
    measured_job,
)
