"""What becomes of a visit: it is planned, moved, carried out or canceled.

Every function locks the visit's row first: whoever gets it decides, the others see what was decided.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.contracts.dispatch import (
    VisitCanceled,
    VisitMoved,
    VisitPlanned,
    VisitProgressed,
)
from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.dispatch.visits import policies, queries
from app.dispatch.visits.commands import Command, office_command
from app.dispatch.visits.history import (
    VisitMoveRefused,
    check_move,
    is_repeated,
    lock_visit,
    record,
)
from app.dispatch.visits.models import Visit
from app.dispatch.visits.offers import take_back
from app.dispatch.visits.policies import VisitStatus
from app.orders.jobs.service import lock_standing, refresh_job_status, settle_job
from app.orders.statuses import JobStatus

VISIT_WITHIN = timedelta(days=3 * 365)
"""From today. Longer than a plant can take to make windows."""

LONGEST_WINDOW = timedelta(days=2)


class JobNotPlannable(DomainError):
    """The job is canceled or closed."""

    code = "job_not_plannable"


class VisitTimeInvalid(DomainError):
    """`field` cannot be what it is, for a `reason` that has its words."""

    status = 422
    code = "visit_time_invalid"


async def plan_visit(
    session: Session,
    scope: Scope,
    *,
    job_id: UUID,
    starts_at: datetime,
    duration: timedelta | None,
    window_starts_at: datetime,
    window_ends_at: datetime,
    now: datetime,
) -> Visit:
    """Set a time for a job; nobody is asked yet. Without `duration` it takes as long as its type does.

    Raises:
        JobNotFound: no such job in this company.
        JobNotPlannable: the job is canceled or closed.
        VisitTimeInvalid: in the past, too far ahead, or an impossible window.
    """
    job = await lock_standing(session, scope.company_id, job_id)
    if job.status in (JobStatus.CANCELED, JobStatus.CLOSED):
        raise JobNotPlannable(job_id=job_id)
    ends_at = starts_at + (duration or job.usual_duration)
    _check_times(starts_at, window_starts_at, window_ends_at, now=now)
    visit = Visit(
        company_id=scope.company_id,
        job_id=job_id,
        number=len(job.visits) + 1,
        status=VisitStatus.PLANNED,
        starts_at=starts_at,
        ends_at=ends_at,
        window_starts_at=window_starts_at,
        window_ends_at=window_ends_at,
        ladder=[],
        ladder_next=0,
    )
    session.add(visit)
    await session.flush()  # its history and offers refer to it
    await record(session, scope, visit, "planned", command=office_command(now), now=now)
    await announce(session, scope.company_id, VisitPlanned(visit_id=visit.id, job_id=job_id))
    await settle_job(session, scope.company_id, job_id, job, visits=[*job.visits, visit.status])
    return visit


def _check_times(
    starts_at: datetime,
    window_starts_at: datetime,
    window_ends_at: datetime,
    *,
    now: datetime,
) -> None:
    """A year with one digit wrong is an impossible time as well."""
    reasons = [
        ("starts_at", "visit_in_the_past", starts_at < now),
        ("starts_at", "visit_too_far_ahead", starts_at - now > VISIT_WITHIN),
        ("window_starts_at", "window_opens_too_early", starts_at - window_starts_at > LONGEST_WINDOW),
        ("window_starts_at", "window_opens_too_late", window_starts_at > starts_at),
        ("window_ends_at", "window_closes_too_early", window_ends_at <= starts_at),
        ("window_ends_at", "window_closes_too_late", window_ends_at - starts_at > LONGEST_WINDOW),
    ]
    for field, reason, holds in reasons:
        if holds:
            raise VisitTimeInvalid(field=field, reason=reason)


async def move_visit(
    session: Session,
    scope: Scope,
    *,
    visit: Visit,
    starts_at: datetime,
    duration: timedelta | None,
    window_starts_at: datetime,
    window_ends_at: datetime,
    now: datetime,
) -> Visit:
    """Give a visit, read and checked by the caller, another time. Whoever had it must be asked again.
    Without `duration` it takes as long as its job's type does.

    Raises:
        VisitMoveRefused: the worker is on site or the visit is over.
        VisitTimeInvalid: an impossible time.
    """
    if visit.status not in (VisitStatus.PLANNED, VisitStatus.OFFERED, VisitStatus.ACCEPTED):
        raise VisitMoveRefused(was=visit.status, to=VisitStatus.PLANNED)
    ends_at = starts_at + (duration or await queries.get_usual_duration(session, visit))
    _check_times(starts_at, window_starts_at, window_ends_at, now=now)
    await take_back(session, scope, visit, now=now)
    visit.starts_at = starts_at
    visit.ends_at = ends_at
    visit.window_starts_at = window_starts_at
    visit.window_ends_at = window_ends_at
    payload = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    await record(session, scope, visit, "moved", command=office_command(now), now=now, payload=payload)
    await announce(
        session,
        scope.company_id,
        VisitMoved(
            visit_id=visit.id, moved_from_version=visit.row_version, starts_at=starts_at, ends_at=ends_at
        ),
    )
    await refresh_job_status(session, scope.company_id, visit.job_id)
    return visit


async def cancel_visit(
    session: Session, scope: Scope, *, visit_id: UUID, reason: str, now: datetime
) -> Visit:
    """The visit will not happen. Canceling twice is canceling once.

    Raises:
        VisitNotFound: no such visit.
        VisitMoveRefused: the worker is on site or it is over.
    """
    visit = await lock_visit(session, scope, visit_id)
    if visit.status == VisitStatus.CANCELED:
        return visit
    check_move(visit, VisitStatus.CANCELED)
    await take_back(session, scope, visit, now=now)
    visit.status = VisitStatus.CANCELED
    visit.status_reason = reason
    visit.finished_at = now
    payload = {"reason": reason}
    await record(session, scope, visit, "canceled", command=office_command(now), now=now, payload=payload)
    await announce(session, scope.company_id, VisitCanceled(visit_id=visit.id, reason=reason))
    await refresh_job_status(session, scope.company_id, visit.job_id)
    return visit


STAMPS = {
    VisitStatus.EN_ROUTE: "departed_at",
    VisitStatus.ON_SITE: "arrived_at",
    VisitStatus.IN_PROGRESS: "started_at",
    VisitStatus.COMPLETED: "finished_at",
    VisitStatus.PARTIALLY_COMPLETED: "finished_at",
    VisitStatus.NOT_COMPLETED: "finished_at",
}


async def progress_visit(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    to: VisitStatus,
    command: Command,
    now: datetime,
    reason: str | None = None,
) -> Visit:
    """The worker moves his visit on. The same command, or a move to where it already is, changes nothing.

    Raises:
        VisitNotFound: not his visit.
        VisitMoveRefused: the state machine has no such move.
    """
    visit = await lock_visit(session, scope, visit_id)
    if await is_repeated(session, visit, command, to) or visit.status == to:
        return visit
    check_move(visit, to)
    visit.status = to
    visit.status_reason = reason
    happened_at = command.happened_at(now)
    if (stamp := STAMPS.get(to)) and getattr(visit, stamp) is None:
        setattr(visit, stamp, happened_at)
    if to in policies.FINISHED:
        await queries.free_rest(session, visit, since=now)
    payload: dict[str, Any] = {"reason": reason} if reason else {}
    await record(session, scope, visit, to, command=command, now=now, payload=payload)
    await announce(
        session,
        scope.company_id,
        VisitProgressed(visit_id=visit.id, worker_id=scope.user_id, status=to, occurred_at=happened_at),
    )
    await refresh_job_status(session, scope.company_id, visit.job_id)
    return visit
