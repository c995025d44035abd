"""Who joins a crew comes to the visits it is booked for; who leaves it does not come to later ones.

Only to visits for which the crew has not set out: who was in it then is there.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.crew_bookings import queries
from app.dispatch.visits.models import Visit
from app.dispatch.visits.service import add_to_history
from app.dispatch.visits.states import entry
from app.workforce import api as workforce
from app.workforce.api import VisitTime


class MemberAsked(DomainError):
    """He answers for visits of the crew, as its foreman of then: withdraw their offers first."""

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
    now: datetime,
) -> None:
    """He goes with the crew in [since, until). What it is booked for then takes his time too.

    Raises:
        CrewNotFound, WorkerNotFound: not of this company.
        MembershipInvalid: `until` is not after `since`.
        AlreadyMember: he is in it then already.
        MemberBusy: he has other visits when the crew has its own.
        BookedMeanwhile: try again.
    """
    visits = await _lock_crew_and_visits(session, scope.company_id, crew_id)
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
    await _record(session, scope, new, "member_added", worker_id=worker_id, now=now)


async def end_membership(
    session: Session, scope: Scope, *, crew_id: UUID, worker_id: UUID, at: datetime, now: datetime
) -> None:
    """He leaves the crew at that moment: later visits for which it has not set out free his time.

    Raises:
        CrewNotFound: not of this company.
        ForemanStays: he is its foreman.
        MemberNotFound: he is not in it then.
        MembershipInvalid: he has only just come.
        MemberAsked: he answers for later visits.
        BookedMeanwhile: try again.
    """
    visits = await _lock_crew_and_visits(session, scope.company_id, crew_id)
    taken_off = await workforce.leave_crew(
        session, company_id=scope.company_id, crew_id=crew_id, worker_id=worker_id, at=at
    )
    ahead = _beginning_in(taken_off, visits)
    if asked := [str(visit.id) for visit in ahead if visit.worker_id == worker_id]:
        raise MemberAsked(visits=asked)
    await workforce.free_worker(session, scope.company_id, worker_id, [visit.id for visit in ahead])
    await _record(session, scope, ahead, "member_removed", worker_id=worker_id, now=now)


async def _lock_crew_and_visits(session: Session, company_id: UUID, crew_id: UUID) -> list[Visit]:
    """The crew's visits that lie ahead, theirs and its rows locked. The visits first, as by everybody who
    offers one; then those it has been asked for meanwhile, of which there are no more from now on.

    Raises:
        CrewNotFound: not of this company.
        BookedMeanwhile: one of them is held by somebody who may be waiting for the crew.
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
    """In time order, as everybody takes the time of a worker: two who wait for each other cannot be."""
    return sorted((visit for visit in visits if visit.starts_at in period), key=lambda visit: visit.starts_at)


async def _record(
    session: Session, scope: Scope, visits: Sequence[Visit], kind: str, *, worker_id: UUID, now: datetime
) -> None:
    payload = {"worker_id": str(worker_id)}
    lines = [entry(visit, kind, by=scope.user_id, now=now, payload=payload) for visit in visits]
    await add_to_history(session, scope.company_id, lines)
