"""All SQL about production orders."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, bindparam, func, insert, select, true, update
from sqlalchemy.orm import joinedload, with_expression
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.base import ExecutableOption

from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.wake import wake
from app.orders.jobs.models import Job
from app.orders.measurements.models import Measurement, Opening
from app.orders.production.models import ProductionEvent, ProductionOrder
from app.orders.statuses import JobStatus, ProductionStatus


def _with_measurement(company_id: UUID) -> ExecutableOption:
    """Load the measurement's version and its number of openings."""
    count = (
        select(func.count())
        .where(Opening.company_id == company_id, Opening.measurement_id == Measurement.id)
        .correlate_except(Opening)
        .scalar_subquery()
    )
    of_order = joinedload(ProductionOrder.measurement, innerjoin=True)
    return of_order.options(with_expression(Measurement.openings_count, count))


def select_production_orders(
    scope: Scope,
    *,
    statuses: Sequence[str] | None,
    ready_from: date | None,
    ready_before: date | None,
    job_id: UUID | None,
    order_id: UUID | None,
) -> Select[ProductionOrder]:
    conditions = [
        ProductionOrder.status.in_(statuses) if statuses else true(),
        ProductionOrder.planned_ready_on >= ready_from if ready_from else true(),
        ProductionOrder.planned_ready_on < ready_before if ready_before else true(),
        ProductionOrder.job_id == job_id if job_id else true(),
        ProductionOrder.order_id == order_id if order_id else true(),
    ]
    query = select(ProductionOrder).where(ProductionOrder.company_id == scope.company_id, *conditions)
    return query.options(_with_measurement(scope.company_id))


async def get_production_order(
    session: Session, company_id: UUID, production_order_id: UUID, *, lock: bool = False
) -> ProductionOrder | None:
    query = (
        select(ProductionOrder)
        .where(ProductionOrder.company_id == company_id, ProductionOrder.id == production_order_id)
        .options(_with_measurement(company_id))
    )
    if lock:
        query = query.with_for_update(of=ProductionOrder, key_share=True).execution_options(
            populate_existing=True
        )
    return await session.scalar(query)


ORDERS_OF_INSTALLATION = (
    select(ProductionOrder)
    .where(
        ProductionOrder.company_id == bindparam("company"),
        ProductionOrder.installation_job_id == bindparam("job"),
    )
    .with_for_update(key_share=True)
)


async def find_orders_of_installation(
    session: Session, company_id: UUID, job_id: UUID
) -> Sequence[ProductionOrder]:
    """The production orders that this job installs. Their rows are locked."""
    return (await session.scalars(ORDERS_OF_INSTALLATION, {"company": company_id, "job": job_id})).all()


BOOKED = (JobStatus.PLANNED, JobStatus.IN_PROGRESS, JobStatus.COMPLETED, JobStatus.CLOSED)
"""With these statuses a job counts as booked: its visit is to come, under way or done."""


async def is_installation_booked(session: Session, order: ProductionOrder) -> bool:
    query = select(Job.id).where(
        Job.company_id == order.company_id, Job.id == order.installation_job_id, Job.status.in_(BOOKED)
    )
    return await session.scalar(query) is not None


async def get_measurement(
    session: Session, company_id: UUID, job_id: UUID, measurement_id: UUID
) -> Measurement | None:
    query = select(Measurement).where(
        Measurement.company_id == company_id,
        Measurement.job_id == job_id,
        Measurement.id == measurement_id,
    )
    return await session.scalar(query)


async def get_newest_version(session: Session, company_id: UUID, job_id: UUID) -> int:
    query = select(func.max(Measurement.version)).where(
        Measurement.company_id == company_id, Measurement.job_id == job_id
    )
    return await session.scalar(query) or 0


async def find_live_order_of(session: Session, company_id: UUID, job_id: UUID) -> ProductionOrder | None:
    query = select(ProductionOrder).where(
        ProductionOrder.company_id == company_id,
        ProductionOrder.job_id == job_id,
        ProductionOrder.status != ProductionStatus.CANCELED,
    )
    return await session.scalar(query.order_by(ProductionOrder.id.desc()).limit(1))


async def take_due_reminders(
    session: Session, company_id: UUID, *, now: datetime, limit: int
) -> Sequence[ProductionOrder]:
    """Orders whose reminder is due. Their rows are locked; rows that another transaction holds are skipped."""
    query = (
        select(ProductionOrder)
        .where(ProductionOrder.company_id == company_id, ProductionOrder.remind_at <= now)
        .order_by(ProductionOrder.remind_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await session.scalars(query)).all()


async def arm_reminder(session: Session, order: ProductionOrder, remind_at: datetime | None) -> None:
    """Set the time of the reminder. The version does not change, so a person who edits the order is not refused."""
    await session.execute(
        update(ProductionOrder)
        .where(ProductionOrder.company_id == order.company_id, ProductionOrder.id == order.id)
        .values(remind_at=remind_at)
        .execution_options(synchronize_session=False)
    )
    set_committed_value(order, "remind_at", remind_at)
    if remind_at is not None:
        wake(session, "readiness", order.company_id, remind_at)


def _job_id(one: UUID) -> UUID:
    return one


INSTALLATION_JOBS = Query(
    select(ProductionOrder.installation_job_id).where(
        ProductionOrder.company_id == bindparam("company"),
        ProductionOrder.installation_job_id == func.any(bindparam("jobs", type_=ARRAY(Uuid))),
    ),
    _job_id,
)


async def find_events(
    session: Session, company_id: UUID, production_order_id: UUID
) -> Sequence[ProductionEvent]:
    query = select(ProductionEvent).where(
        ProductionEvent.company_id == company_id, ProductionEvent.production_order_id == production_order_id
    )
    return (await session.scalars(query.order_by(ProductionEvent.id))).all()


async def add_event(
    session: Session,
    order: ProductionOrder,
    kind: str,
    *,
    actor_id: UUID | None,
    now: datetime,
    payload: dict[str, Any],
) -> None:
    await session.execute(
        insert(ProductionEvent).values(
            company_id=order.company_id,
            id=uuid7(),
            production_order_id=order.id,
            kind=kind,
            actor_id=actor_id,
            occurred_at=now,
            payload=payload,
        )
    )
