"""The office decides about a visit's time: plans, moves, withdraws or cancels it.

Every command locks the visit first and then its job. Whoever gets the locks decides; the others see the
result.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.work import Work
from app.dispatch.offers.policies import withdraw
from app.dispatch.scheduling import policies, queries
from app.dispatch.scheduling.policies import Times
from app.dispatch.scheduling.queries import ScheduledFacts
from app.dispatch.visits.queries import JOB_STATE, LOCK_JOB_OF_VISIT, LOCK_VISIT, NO_COMMAND
from app.dispatch.visits.schemas import VisitTime
from app.dispatch.visits.service import carry_out, settle_job
from app.dispatch.visits.states import Outcome, VisitNotFound, VisitState
from app.orders.api import JOB_OVER, LOCK_JOB, JobNotFound

CheckVersion = Callable[[int], None]


class JobNotPlannable(DomainError):
    """The job is canceled or closed."""

    code = "job_not_plannable"


async def plan_visit(work: Work, scope: Scope, *, job_id: UUID, time: VisitTime, now: datetime) -> VisitState:
    """Plan a visit of a job; nobody is asked yet.

    Raises:
        JobNotFound: no such job in this company.
        JobNotPlannable: the job is canceled or closed.
        VisitTimeInvalid: in the past, too far ahead, or an impossible window.
    """
    work.lock(LOCK_JOB, job_id)
    job = await work.one(JOB_STATE, job=job_id)
    if job is None:
        raise JobNotFound(job_id=job_id)
    if job.status in JOB_OVER:
        raise JobNotPlannable(job_id=job_id)
    times, number = _times(time, job.usual_duration), len(job.others) + 1
    visit = carry_out(work, policies.plan(job_id, times, number=number, by=scope.user_id, now=now))
    await settle_job(work, job, visit.status)
    return visit


async def move_visit(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    check_version: CheckVersion,
    time: VisitTime,
    now: datetime,
) -> VisitState:
    """Give a visit another time. Whoever had it must be asked again.

    `check_version` refuses if the caller has not seen the present version of the visit.

    Raises:
        VisitNotFound: no such visit in this company.
        VisitMoveRefused, VisitTimeInvalid: see `policies.move`.
    """
    facts = await _read(work, visit_id)
    check_version(facts.visit.row_version)
    times = _times(time, facts.job.usual_duration)
    outcome = policies.move(facts.visit, facts.offer, times, by=scope.user_id, now=now)
    return await _carry_out(work, facts, outcome)


def _times(time: VisitTime, usual_duration: timedelta) -> Times:
    ends_at = time.starts_at + (time.duration or usual_duration)
    return Times(time.starts_at, ends_at, *time.window())


async def withdraw_offer(work: Work, scope: Scope, *, visit_id: UUID, now: datetime) -> VisitState:
    """The dispatcher withdraws an offer or an accepted visit. The ladder ends; nobody else is asked.

    Raises:
        VisitNotFound: no such visit.
        NobodyAsked: it is offered to nobody.
        VisitMoveRefused: the worker has arrived, or the visit is over.
    """
    facts = await _read(work, visit_id)
    return await _carry_out(work, facts, withdraw(facts.visit, facts.offer, by=scope.user_id, now=now))


async def cancel_visit(work: Work, scope: Scope, *, visit_id: UUID, reason: str, now: datetime) -> VisitState:
    """Cancel a visit. Canceling again changes nothing.

    Raises:
        VisitNotFound: no such visit.
        VisitMoveRefused: the worker is on site, or the visit is over.
    """
    facts = await _read(work, visit_id)
    outcome = policies.cancel(facts.visit, facts.offer, reason=reason, by=scope.user_id, now=now)
    return await _carry_out(work, facts, outcome)


async def _read(work: Work, visit_id: UUID) -> ScheduledFacts:
    work.lock(LOCK_VISIT, visit_id)
    work.lock(LOCK_JOB_OF_VISIT, visit_id)
    facts = await work.one(queries.SCHEDULED, visit=visit_id, command=NO_COMMAND)
    if facts is None:
        raise VisitNotFound(visit_id=visit_id)
    return facts


async def _carry_out(work: Work, facts: ScheduledFacts, outcome: Outcome) -> VisitState:
    visit = carry_out(work, outcome)
    await settle_job(work, facts.job, visit.status)
    return visit
