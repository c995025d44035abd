"""The office decides about a visit's time: plans, moves, withdraws or cancels it.

Every command locks the visit first and then its job. Whoever gets the locks decides; the others see the
result.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from app.core.scope import Scope
from app.db.work import Work
from app.dispatch.offers.taking_back import withdraw
from app.dispatch.scheduling import policies, queries
from app.dispatch.scheduling.policies import Times
from app.dispatch.scheduling.queries import ScheduledFacts
from app.dispatch.visits.policies import VisitStatus
from app.dispatch.visits.queries import LOCK_JOB_OF_VISIT, LOCK_VISIT
from app.dispatch.visits.schemas import MoveVisit, VisitTime
from app.dispatch.visits.service import carry_out, settle_job
from app.dispatch.visits.states import Outcome, VisitNotFound, VisitState
from app.orders.api import LOCK_JOB, JobNotFound

CheckVersion = Callable[[int], None]


async def plan_visit(
    work: Work,
    scope: Scope,
    *,
    job_id: UUID,
    time: VisitTime,
    override_reason: str | None = None,
    ready_on: date | None = None,
    excused: Collection[str] = (),
    now: datetime,
) -> VisitState:
    """Plan a visit of a job; nobody is asked yet.

    Pass `ready_on` for windows that the job will install but is not linked with yet, and `excused` for rules
    that need no reason.

    Raises:
        JobNotFound: no such job in this company.
        JobNotPlannable: the job is canceled or closed.
        NotReadyThen: its windows will not be there.
        VisitTimeInvalid: in the past, too far ahead, or an impossible window.
    """
    work.lock(LOCK_JOB, job_id)
    facts = await work.one(queries.TO_PLAN, job=job_id)
    if facts is None:
        raise JobNotFound(job_id=job_id)
    job, rules, is_new_client = facts
    outcome = policies.plan(
        job_id,
        _times(time, job.usual_duration),
        number=len(job.others) + 1,
        rules=rules if ready_on is None else rules._replace(ready_on=ready_on),
        reason=override_reason,
        excused=excused,
        is_new_client=is_new_client,
        by=scope.user_id,
        now=now,
    )
    visit = carry_out(work, outcome)
    await settle_job(work, job, visit.status)
    return visit


async def move_visit(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    check_version: CheckVersion,
    to: MoveVisit,
    now: datetime,
) -> VisitState:
    """Give a visit another time. Whoever had it must be asked again: see `policies.move`.

    `check_version` refuses if the caller has not seen the present version of the visit.

    Raises:
        VisitNotFound: no such visit in this company.
        JobNotPlannable, NotReadyThen, VisitIsPinned, VisitMoveRefused, VisitTimeInvalid: see `policies.move`.
    """
    facts = await read_scheduled(work, visit_id)
    check_version(facts.visit.row_version)
    times = policies.moved_times(
        policies.times_of(facts.visit),
        starts_at=to.starts_at,
        duration=timedelta(minutes=to.duration_min) if to.duration_min else None,
        window_starts_at=to.window_starts_at,
        window_ends_at=to.window_ends_at,
    )
    outcome = policies.move(
        facts.visit,
        facts.offer,
        times,
        rules=facts.rules,
        reason=to.override_reason,
        by=scope.user_id,
        now=now,
    )
    return await carry_out_for(work, facts, outcome)


def _times(time: VisitTime, usual_duration: timedelta) -> Times:
    ends_at = time.starts_at + (time.duration or usual_duration)
    return Times(time.starts_at, ends_at, *time.window())


async def withdraw_offer(
    work: Work, scope: Scope, *, visit_id: UUID, check_version: CheckVersion, now: datetime
) -> VisitState:
    """The dispatcher withdraws an offer or an accepted visit. The ladder ends; nobody else is asked.

    Raises:
        VisitNotFound: no such visit.
        NobodyAsked: it is offered to nobody.
        VisitMoveRefused: the worker has arrived, or the visit is over.
        VisitIsPinned: it is to stay with its people.
    """
    facts = await read_scheduled(work, visit_id)
    check_version(facts.visit.row_version)
    return await carry_out_for(work, facts, withdraw(facts.visit, facts.offer, by=scope.user_id, now=now))


async def pin_visit(
    work: Work, scope: Scope, *, visit_id: UUID, check_version: CheckVersion, is_pinned: bool, now: datetime
) -> VisitState:
    """Let a visit stay at its time and with its people, or no longer.

    Raises:
        VisitNotFound: no such visit in this company.
        VisitMoveRefused: it is over.
    """
    facts = await read_scheduled(work, visit_id)
    check_version(facts.visit.row_version)
    return carry_out(work, policies.pin(facts.visit, is_pinned=is_pinned, by=scope.user_id, now=now))


async def cancel_visit(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    check_version: CheckVersion | None = None,
    reason: str,
    now: datetime,
) -> VisitState:
    """Cancel a visit. Canceling again changes nothing.

    Without `check_version` whatever the visit has become is canceled, as when its job is.

    Raises:
        VisitNotFound: no such visit.
        VisitMoveRefused: the worker is on site, or the visit is over.
    """
    facts = await read_scheduled(work, visit_id)
    if check_version is not None and facts.visit.status != VisitStatus.CANCELED:
        check_version(facts.visit.row_version)
    outcome = policies.cancel(facts.visit, facts.offer, reason=reason, by=scope.user_id, now=now)
    return await carry_out_for(work, facts, outcome)


async def read_scheduled(work: Work, visit_id: UUID) -> ScheduledFacts:
    """Lock a visit and its job, and read what decides about its time.

    Raises:
        VisitNotFound: no such visit in this company.
    """
    work.lock(LOCK_VISIT, visit_id)
    work.lock(LOCK_JOB_OF_VISIT, visit_id)
    facts = await work.one(queries.SCHEDULED, visit=visit_id)
    if facts is None:
        raise VisitNotFound(visit_id=visit_id)
    return facts


async def carry_out_for(work: Work, facts: ScheduledFacts, outcome: Outcome) -> VisitState:
    """Write a decision about its time. The job's status follows."""
    visit = carry_out(work, outcome)
    await settle_job(work, facts.job, visit.status)
    return visit
