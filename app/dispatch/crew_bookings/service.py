"""Whoever joins a crew also comes to its booked visits; whoever leaves it no longer does.

This concerns only visits the crew has not set out for. Once it has, its members stay as they were.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.crew_bookings import queries
from app.dispatch.staffing.service import judge_change, watch_visits
from app.dispatch.visits.models import Visit
from app.dispatch.visits.service import add_to_history
from app.dispatch.visits.states import entry
from app.workforce import api as workforce
from app.workforce.api import VisitTime


class MemberAsked(DomainError):
    """As foreman he was asked about visits of the crew. Withdraw those offers first."""

    code = "crew_member_asked"


async def add_member(
    session: Session,
    scope: Scope,
    *,
    crew_id: UUID,
    worker_id: UUID,
    since: datetime,
    until: datetime | None,
    share: int,
    reason: str | None,
    now: datetime,
) -> None:
    """Put a worker into a crew for [since, until). The crew's visits in that time take his time too.

    Raises:
        CrewNotFound, WorkerNotFound: not of this company, or he no longer works for it.
        MembershipInvalid: `until` is not after `since`.
        AlreadyMember: he is already in the crew in that time.
        MemberBusy: he has other visits at the same time as the crew.
        VisitsBeneath: he cannot come to visits of the crew, and no reason was given.
        BookedMeanwhile: the crew was asked for another visit just now; try again.
    """
    visits = await _lock_crew_and_visits(session, scope.company_id, crew_id)
    await workforce.check_works_here(session, scope.company_id, [worker_id])
    watch = await watch_visits(session, scope.company_id, [visit.id for visit in visits], now=now)
    period = await workforce.join_crew(
        session,
        company_id=scope.company_id,
        crew_id=crew_id,
        worker_id=worker_id,
        since=since,
        until=until,
        share=share,
    )
    ahead = _beginning_in(period, visits)
    times = [VisitTime(visit.id, visit.job_id, visit.starts_at, visit.ends_at) for visit in ahead]
    booked = await workforce.book_member(session, scope.company_id, worker_id, times)
    new = [visit for visit in ahead if visit.id in booked]
    await judge_change(
        session, scope, watch, what="member_unfit", worker_id=worker_id, reason=reason, now=now
    )
    await _record(session, scope, new, "member_added", worker_id=worker_id, now=now)


async def end_membership(
    session: Session,
    scope: Scope,
    *,
    crew_id: UUID,
    worker_id: UUID,
    at: datetime,
    reason: str | None,
    now: datetime,
) -> None:
    """Take a worker out of a crew at that moment. Later visits it has not set out for no longer take his time.

    Raises:
        CrewNotFound: not of this company.
        ForemanStays: he is its foreman.
        MemberNotFound: he is not in the crew at that time.
        MembershipInvalid: he joined at that very moment.
        MemberAsked: he was asked, as foreman, about later visits.
        VisitsBeneath: visits of the crew are then without him, and no reason was given.
        BookedMeanwhile: the crew was asked for another visit just now; try again.
    """
    visits = await _lock_crew_and_visits(session, scope.company_id, crew_id)
    watch = await watch_visits(session, scope.company_id, [visit.id for visit in visits], now=now)
    taken_off = await workforce.leave_crew(
        session, company_id=scope.company_id, crew_id=crew_id, worker_id=worker_id, at=at
    )
    ahead = _beginning_in(taken_off, visits)
    if asked := [str(visit.id) for visit in ahead if visit.worker_id == worker_id]:
        raise MemberAsked(visits=asked)
    await workforce.free_worker(session, scope.company_id, worker_id, [visit.id for visit in ahead])
    await judge_change(session, scope, watch, what="crew_unfit", worker_id=worker_id, reason=reason, now=now)
    await _record(session, scope, ahead, "member_removed", worker_id=worker_id, now=now)


async def _lock_crew_and_visits(session: Session, company_id: UUID, crew_id: UUID) -> list[Visit]:
    """Lock the crew and the visits it has not set out for. Returns these visits.

    1. Lock the visits, in the same order as everybody who offers one.
    2. Lock the crew. From now on nobody can offer it another visit.
    3. Lock the visits that were offered to it between the two.

    Raises:
        CrewNotFound: not of this company.
        BookedMeanwhile: a visit of step 3 is locked by somebody who may be waiting for the crew.
    """
    visits = list(await queries.lock_visits_ahead(session, company_id, crew_id))
    await workforce.lock_crew(session, company_id, crew_id)
    ahead = set(await queries.find_visits_ahead(session, company_id, crew_id))
    unlocked = ahead - {visit.id for visit in visits}
    new = await queries.lock_those_free(session, company_id, unlocked)
    if len(new) < len(unlocked):
        raise workforce.BookedMeanwhile
    return [*visits, *new]


def _beginning_in(period: Range[datetime], visits: Sequence[Visit]) -> list[Visit]:
    """In time order, as everywhere where a worker's time is booked, so that there is no deadlock."""
    return sorted((visit for visit in visits if visit.starts_at in period), key=lambda visit: visit.starts_at)


async def _record(
    session: Session, scope: Scope, visits: Sequence[Visit], kind: str, *, worker_id: UUID, now: datetime
) -> None:
    payload = {"worker_id": str(worker_id)}
    lines = [entry(visit.id, kind, by=scope.user_id, now=now, payload=payload) for visit in visits]
    await add_to_history(session, scope.company_id, lines)
