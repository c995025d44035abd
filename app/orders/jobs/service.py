"""What the office does with jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.clients import api as clients
from app.clients.api import ClientFacts
from app.contracts.dispatch import JobCanceled, JobChanged, JobSkillsChanged, JobsOfOrderChanged
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.identity.api import next_number
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.service import lock_order, settle_order
from app.orders.job_types.service import get_job_type
from app.orders.jobs import queries
from app.orders.jobs.models import Job
from app.orders.jobs.values import JobFacts
from app.orders.statuses import JOB_FINISHED, JOB_OVER, JobKind, JobStatus, OrderStatus, may_job_move
from app.workforce import api as workforce


class JobNotFound(NotFound):
    code = "job_not_found"


class JobTypeRetired(DomainError):
    """The job type is not active, so it takes no new jobs."""

    status = 422
    code = "job_type_retired"


class SiteOfOtherClient(DomainError):
    status = 422
    code = "site_of_other_client"


class OrderOfOtherSite(DomainError):
    """The order is for another site or is canceled."""

    status = 422
    code = "order_of_other_site"


class JobOver(DomainError):
    """The job is closed or canceled, so it cannot change."""

    code = "job_over"


class JobCompleted(DomainError):
    """The work is done, so there is nothing to cancel. Visits that are still ahead can be canceled."""

    code = "job_completed"


class JobNotCompleted(DomainError):
    code = "job_not_completed"


async def create_job(
    session: Session,
    scope: Scope,
    *,
    job_type_id: UUID,
    client_id: UUID,
    site_id: UUID,
    now: datetime,
    order_id: UUID | None = None,
    priority: str = "normal",
    instructions: str = "",
    required_skills: Sequence[str] | None = None,
) -> JobFacts:
    """Create a job at a client's site. Its visits say later when it is done and by whom.

    Without `order_id` a new order is opened. Without `required_skills` the job type's skills are used.

    Raises:
        JobTypeNotFound, JobTypeRetired: no such type, or it is not active.
        SiteNotFound, SiteOfOtherClient: the site does not belong to this client.
        ClientArchived, SiteArchived: one of them is in the archive.
        OrderNotFound, OrderOfOtherSite: the order is for another site or is canceled.
        SkillUnknown: no such skill.
    """
    job_type = await get_job_type(session, scope.company_id, job_type_id)
    if not job_type.is_active:
        raise JobTypeRetired(job_type=job_type.code)
    site = await clients.get_site(session, scope.company_id, site_id)
    client = next(iter(await clients.find_clients(session, scope.company_id, [client_id])), None)
    if client is None or site.client_id != client.id:
        raise SiteOfOtherClient
    await clients.check_takes_jobs(session, scope.company_id, site_id)
    wanted = job_type.required_skills if required_skills is None else required_skills
    skills = await workforce.check_skills(session, scope.company_id, wanted)
    order = await _order_for(session, scope, order_id, client=client, site_id=site_id, now=now)
    job = Job(
        company_id=scope.company_id,
        id=uuid7(),
        number=await next_number(session, scope.company_id, "job"),
        kind=job_type.kind,
        job_type_id=job_type.id,
        order_id=order.id,
        client_id=client.id,
        site_id=site_id,
        status=JobStatus.NEW,
        priority=priority,
        required_skills=skills,
        instructions=instructions,
        created_at=now,
    )
    session.add(job)
    await session.flush()  # visits refer to it
    if order_id is not None:
        await announce(session, scope.company_id, JobsOfOrderChanged(order_id=order_id))
    if order_id is not None and job.kind == JobKind.INSTALLATION:  # the order is not installed any more
        await settle_order(session, scope.company_id, order_id)
    return JobFacts.of(job)


async def _order_for(
    session: Session,
    scope: Scope,
    order_id: UUID | None,
    *,
    client: ClientFacts,
    site_id: UUID,
    now: datetime,
) -> ClientOrder:
    if order_id is not None:
        order = await lock_order(session, scope, order_id)  # nobody can cancel it until COMMIT
        is_his = order.client_id in client.card_ids and order.site_id == site_id
        if not is_his or order.status == OrderStatus.CANCELED:
            raise OrderOfOtherSite
        return order
    order = ClientOrder(
        company_id=scope.company_id,
        id=uuid7(),
        number=await next_number(session, scope.company_id, "order"),
        client_id=client.id,
        site_id=site_id,
        status=OrderStatus.NEW,
        prepaid_kop=0,
        created_at=now,
    )
    session.add(order)
    await session.flush()  # jobs refer to it
    return order


async def update_job(session: Session, scope: Scope, *, job: Job, changes: dict[str, Any]) -> Job:
    """Change a job that the caller has read and checked. The listeners look again at the people of its visits.

    Raises:
        JobOver: the job is closed or canceled.
        SkillUnknown: no such skill.
    """
    if job.status in JOB_OVER:
        raise JobOver(status=job.status)
    if "required_skills" in changes:
        changes["required_skills"] = await workforce.check_skills(
            session, scope.company_id, changes["required_skills"]
        )
        await announce(session, scope.company_id, JobSkillsChanged(job_id=job.id))
    await announce(session, scope.company_id, JobChanged(job_id=job.id))
    for field, value in changes.items():
        setattr(job, field, value)
    await session.flush()  # the answer carries the new version
    return job


async def close_job(session: Session, scope: Scope, *, job_id: UUID) -> Job:
    """Close a job that the office has checked. Closing it again changes nothing.

    Raises:
        JobNotFound: no such job.
        JobNotCompleted: its visits have not completed it.
    """
    job = await lock_job(session, scope, job_id)
    if job.status == JobStatus.CLOSED:
        return job
    if not may_job_move(job.status, JobStatus.CLOSED):
        raise JobNotCompleted(status=job.status)
    job.status = JobStatus.CLOSED
    await session.flush()  # the answer carries the new version
    return job


async def get_job(session: Session, scope: Scope, job_id: UUID) -> Job:
    """A job that this person may see: see `find_job`.

    Raises:
        JobNotFound: no such job, or this worker is booked for none of its visits.
    """
    job = await find_job(session, scope, job_id)
    if job is None:
        raise JobNotFound(job_id=job_id)
    return job


async def find_job(session: Session, scope: Scope, job_id: UUID) -> Job | None:
    """The job, or None if this person may not see it.

    The office sees all jobs. A worker sees a job if he is booked for one of its visits.
    """
    return await _find(session, scope, job_id)


async def _find(session: Session, scope: Scope, job_id: UUID, *, lock: bool = False) -> Job | None:
    if scope.is_office or await workforce.is_booked_for(
        session, scope.company_id, scope.user_id, job_id=job_id
    ):
        return await queries.get_job(session, scope.company_id, job_id, lock=lock)
    return None


async def lock_job(session: Session, scope: Scope, job_id: UUID) -> Job:
    """The job, with its row locked until the end of the transaction.

    Use it for numbers that are counted per job: only one transaction at a time may count.

    Raises:
        JobNotFound: no such job, or this worker is booked for none of its visits.
    """
    job = await _find(session, scope, job_id, lock=True)
    if job is None:
        raise JobNotFound(job_id=job_id)
    return job


async def cancel_job(session: Session, scope: Scope, *, job_id: UUID, reason: str) -> Job:
    """Cancel a job. The caller has canceled its visits.

    The status of the order follows: a measurement or an installation of this job no longer counts.

    Raises:
        JobNotFound: no such job.
        JobCompleted: its visits have completed it.
        JobOver: the job is closed.
    """
    job = await lock_job(session, scope, job_id)
    if job.status == JobStatus.COMPLETED:
        raise JobCompleted
    if job.status == JobStatus.CLOSED:
        raise JobOver(status=job.status)
    if job.status != JobStatus.CANCELED:
        job.status = JobStatus.CANCELED
        job.canceled_reason = reason
        await announce(session, scope.company_id, JobCanceled(job_id=job_id, reason=reason))
        await settle_order(session, scope.company_id, job.order_id)
    return job


async def find_unfinished_job(
    session: Session, company_id: UUID, job_id: UUID | None, *, instructions: str
) -> Job | None:
    """The job, if it is not finished, so that another visit can finish it. None if a new job is needed.

    `instructions` replace those of the job, unless they are empty.
    """
    job = await queries.get_job(session, company_id, job_id) if job_id else None
    if job is None or job.status in JOB_FINISHED:
        return None
    job.instructions = instructions or job.instructions
    await session.flush()  # the answer carries the new version
    return job
