"""Calling a job off, with every visit that has not taken place.

Apart from `jobs.service`, which the visits stand on.
"""

from datetime import datetime
from uuid import UUID

from app.contracts.dispatch import JobCanceled
from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.scheduling.service import cancel_visit
from app.orders.client_orders.service import settle_order
from app.orders.jobs import queries
from app.orders.jobs.models import Job
from app.orders.jobs.service import JobOver, get_job, lock_job
from app.orders.statuses import JobStatus


class VisitJustPlanned(DomainError):
    """A visit has been planned at this very moment: look at the job again."""

    code = "conflict"


async def cancel_job(session: Session, scope: Scope, *, job_id: UUID, reason: str, now: datetime) -> Job:
    """The job will not be done. Canceling twice is canceling once.

    All its visits are locked before the job, as by everybody who moves a visit: two who wait for each
    other cannot be. The order follows: what was measured or booked by this job holds no longer.

    Raises:
        JobNotFound: no such job.
        JobOver: it is closed.
        VisitMoveRefused: somebody is on site.
        VisitJustPlanned: try again.
    """
    job = await get_job(session, scope, job_id)
    if job.status == JobStatus.CANCELED:
        return job
    if job.status == JobStatus.CLOSED:
        raise JobOver(status=job.status)
    for visit_id in await queries.find_open_visits(session, scope.company_id, job_id, lock=True):
        async with work_in(session, scope.company_id) as work:
            await cancel_visit(work, scope, visit_id=visit_id, reason=reason, now=now)
    job = await lock_job(session, scope, job_id)
    if await queries.find_open_visits(session, scope.company_id, job_id):
        raise VisitJustPlanned
    if job.status != JobStatus.CANCELED:
        job.status = JobStatus.CANCELED
        job.canceled_reason = reason
        await announce(session, scope.company_id, JobCanceled(job_id=job_id, reason=reason))
        await settle_order(session, scope.company_id, job.order_id)
    return job
