"""Canceling a job together with its open visits."""

from datetime import datetime
from uuid import UUID

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.cancellation import queries
from app.dispatch.scheduling.service import cancel_visit
from app.notifications.api import InboxKind, settle_items
from app.orders import api as orders
from app.orders.api import JobFacts, JobStatus


class VisitJustPlanned(DomainError):
    """Somebody planned a visit while the job was being canceled. Look at the job again."""

    code = "conflict"


async def cancel_job(session: Session, scope: Scope, *, job_id: UUID, reason: str, now: datetime) -> JobFacts:
    """The job will not be done: it is canceled, and its open visits with it. A second call changes nothing.

    The visits are locked before the job, in the same order as everywhere else, so there is no deadlock.
    The status of the order follows: a measurement or booking made by this job no longer counts.

    Raises:
        JobNotFound: no such job.
        JobCompleted: the work is done.
        JobOver: the job is closed.
        VisitMoveRefused: somebody is on site.
        VisitJustPlanned: a visit was planned meanwhile; try again.
    """
    job = await orders.get_job(session, scope, job_id)
    if job.status == JobStatus.CANCELED:
        return job
    for visit_id in await queries.find_open_visits(session, scope.company_id, job_id, lock=True):
        async with work_in(session, scope.company_id) as work:
            await cancel_visit(work, scope, visit_id=visit_id, reason=reason, now=now)
    canceled = await orders.cancel_job(session, scope, job_id=job_id, reason=reason)
    async with work_in(session, scope.company_id) as work:
        work.write(settle_items([InboxKind.NEW_TIME_NEEDED], job_id, now=now))
    if await queries.find_open_visits(session, scope.company_id, job_id):
        raise VisitJustPlanned
    return canceled
