"""All SQL about what is still to be done of an order."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from app.db.session import Session
from app.orders.jobs.models import Job
from app.orders.production.models import ProductionOrder
from app.orders.statuses import JOB_FINISHED, JobKind, JobStatus, ProductionStatus


async def lock_jobs_of_order(session: Session, company_id: UUID, order_id: UUID) -> None:
    """Lock the jobs of an order. Must come before the order's own lock, because others lock in this order too."""
    query = select(Job.id).where(Job.company_id == company_id, Job.order_id == order_id)
    await session.execute(query.order_by(Job.id).with_for_update(key_share=True))


async def find_open_jobs(session: Session, company_id: UUID, order_id: UUID) -> Sequence[int]:
    """Numbers of the order's jobs that are still to be done."""
    query = select(Job.number).where(
        Job.company_id == company_id, Job.order_id == order_id, Job.status.not_in(JOB_FINISHED)
    )
    return (await session.scalars(query.order_by(Job.number))).all()


async def find_open_production(session: Session, company_id: UUID, order_id: UUID) -> Sequence[int]:
    """Numbers of the order's production orders that can still be canceled."""
    query = select(ProductionOrder.number).where(
        ProductionOrder.company_id == company_id,
        ProductionOrder.order_id == order_id,
        ProductionOrder.status.not_in([ProductionStatus.DELIVERED, ProductionStatus.CANCELED]),
    )
    return (await session.scalars(query.order_by(ProductionOrder.number))).all()


async def has_installations(session: Session, company_id: UUID, order_id: UUID) -> bool:
    """Whether one of its jobs is an installation that is not canceled."""
    query = select(Job.id).where(
        Job.company_id == company_id,
        Job.order_id == order_id,
        Job.kind == JobKind.INSTALLATION,
        Job.status != JobStatus.CANCELED,
    )
    return await session.scalar(query.limit(1)) is not None


async def close_completed_jobs(session: Session, company_id: UUID, order_id: UUID) -> None:
    query = (
        update(Job)
        .where(Job.company_id == company_id, Job.order_id == order_id, Job.status == JobStatus.COMPLETED)
        .values(status=JobStatus.CLOSED, row_version=Job.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    await session.execute(query)
