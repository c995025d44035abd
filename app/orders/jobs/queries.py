"""All SQL about jobs."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select, true

from app.clients.tables import of_client
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Lock
from app.orders.jobs.models import Job

LOCK_JOB = Lock("lock_job", "SELECT FROM job WHERE company_id = $1 AND id = $2 FOR NO KEY UPDATE")
"""Not against what only refers to it: payments, acts."""


async def get_job(session: Session, company_id: UUID, job_id: UUID, *, lock: bool = False) -> Job | None:
    """Any job of the company. The caller checks who may see it."""
    query = select(Job).where(Job.company_id == company_id, Job.id == job_id)
    if lock:  # FOR NO KEY UPDATE: payments and acts that only refer to the job need not wait
        query = query.with_for_update(of=Job, key_share=True).execution_options(populate_existing=True)
    return await session.scalar(query)


def select_jobs(
    scope: Scope,
    *,
    status: str | None,
    kind: str | None,
    client_id: UUID | None,
    site_id: UUID | None,
    order_id: UUID | None,
) -> Select[Job]:
    return select(Job).where(
        Job.company_id == scope.company_id,
        Job.status == status if status else true(),
        Job.kind == kind if kind else true(),
        of_client(Job.client_id, client_id, scope.company_id) if client_id else true(),
        Job.site_id == site_id if site_id else true(),
        Job.order_id == order_id if order_id else true(),
    )


async def find_jobs_of_order(session: Session, scope: Scope, order_id: UUID) -> Sequence[Job]:
    query = select(Job).where(Job.company_id == scope.company_id, Job.order_id == order_id)
    return (await session.scalars(query.order_by(Job.id))).all()
