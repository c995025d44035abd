"""What a change of a crew means for its visits that lie ahead: they take the time of whoever will be in it.

A visit for which the crew has set out stays as it is: who was in the crew then is there.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.visits.models import Visit
from app.dispatch.visits.queries import add_events, event_row
from app.workforce.crews import queries


class MemberBusy(DomainError):
    """He has other visits when the crew has its own; `visits` are his, `crew_visits` the crew's."""

    code = "crew_member_busy"


class MemberAsked(DomainError):
    """He answers for visits of the crew, as its foreman of then: withdraw their offers first."""

    code = "crew_member_asked"


class CrewJustBooked(DomainError):
    """Somebody works on one of its visits at this very moment: try again."""

    code = "conflict"


async def lock_visits_ahead(session: Session, company_id: UUID, crew_id: UUID) -> list[Visit]:
    """The crew's visits for which it has not set out. Before the crew itself: whoever offers a visit
    locks the visit first, and then the crew."""
    return list(await queries.lock_visits_ahead(session, company_id, crew_id))


async def lock_visits_booked_since(
    session: Session, company_id: UUID, crew_id: UUID, visits: Sequence[Visit]
) -> list[Visit]:
    """Those the crew has been asked for until its row was locked; from then on there are no more.

    Raises:
        CrewJustBooked: one of them is held by somebody who may be waiting for the crew.
    """
    known = {visit.id for visit in visits}
    ahead = set(await queries.find_visits_ahead(session, company_id, crew_id))
    new = await queries.lock_if_free(session, company_id, ahead - known)
    if len(new) < len(ahead - known):
        raise CrewJustBooked
    return list(new)


async def book_member(
    session: Session,
    scope: Scope,
    *,
    worker_id: UUID,
    visits: Sequence[Visit],
    period: Range[datetime],
    now: datetime,
) -> None:
    """He comes to the visits that begin while he is in the crew. Their rows are locked.

    Raises:
        MemberBusy: he is to be somewhere else then. The database decides: of two bookings at once one
            finds the time taken.
        CrewJustBooked: he was, until this moment.
    """
    ahead = _beginning_in(period, visits)
    refused = [visit for visit in ahead if not await queries.book_member(session, visit, worker_id)]
    if refused:
        clashes = await queries.find_clashes(session, worker_id, refused)
        if clashes:
            raise MemberBusy(
                visits=[str(one) for one in clashes], crew_visits=[str(visit.id) for visit in refused]
            )
        if not await queries.has_all(session, worker_id, refused):
            raise CrewJustBooked
    booked = [visit for visit in ahead if visit not in refused]
    await _record(session, scope, booked, "member_added", worker_id=worker_id, now=now)


async def free_member(
    session: Session,
    scope: Scope,
    *,
    worker_id: UUID,
    visits: Sequence[Visit],
    period: Range[datetime],
    now: datetime,
) -> None:
    """He no longer comes to the visits that begin in the time taken off his membership.

    Raises:
        MemberAsked: he is the one who answers for some of them.
    """
    ahead = _beginning_in(period, visits)
    if asked := [str(visit.id) for visit in ahead if visit.worker_id == worker_id]:
        raise MemberAsked(visits=asked)
    await queries.free_member(session, scope.company_id, worker_id, [visit.id for visit in ahead])
    await _record(session, scope, ahead, "member_removed", worker_id=worker_id, now=now)


def _beginning_in(period: Range[datetime], visits: Sequence[Visit]) -> list[Visit]:
    """In time order, as everybody takes the time of a worker: two who wait for each other cannot be."""
    return sorted((visit for visit in visits if visit.starts_at in period), key=lambda visit: visit.starts_at)


async def _record(
    session: Session, scope: Scope, visits: Sequence[Visit], kind: str, *, worker_id: UUID, now: datetime
) -> None:
    payload = {"worker_id": str(worker_id)}
    rows = [
        event_row(visit, kind, actor_id=scope.user_id, command=None, now=now, payload=payload)
        for visit in visits
    ]
    await add_events(session, rows)
