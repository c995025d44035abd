"""Who is at a visit when it is reached, before anybody has said so."""

from datetime import datetime
from uuid import UUID

from app.core.changes import InsertMany
from app.db.work import Work
from app.dispatch.presence import policies, queries
from app.dispatch.presence.policies import Planned, Presence
from app.dispatch.visits.states import VisitState
from app.workforce.api import free_workers, name_on_visit


async def note_arrival(work: Work, visit: VisitState, *, by: UUID, now: datetime) -> None:
    """The visit was reached: write down who is there as far as the plan knows.

    The members of the crew at this moment are, except those with an absence, whose time is freed.
    """
    presences = await expected_presences(work, visit, arrived=by)
    if not presences:
        return
    rows = [queries.row_of(visit.id, one, by=by, now=now, reason=None) for one in presences]
    work.write(InsertMany("visit_presence", rows, once=True))
    if visit.crew_id is None:
        return
    work.write(name_on_visit(visit.time, [one.worker_id for one in presences if one.was_there]))
    if away := [one.worker_id for one in presences if not one.was_there]:
        work.write(free_workers(visit.id, away))


async def expected_presences(work: Work, visit: VisitState, *, arrived: UUID | None) -> list[Presence]:
    at = visit.arrived_at or visit.starts_at
    return policies.at_arrival(await _planned(work, visit, at), arrived=arrived, at=at)


async def _planned(work: Work, visit: VisitState, at: datetime) -> list[Planned]:
    if visit.crew_id is not None:
        return await work.all(queries.CREW_THEN, crew=visit.crew_id, moment=at)
    return [Planned(visit.worker_id, 1, is_away=False)] if visit.worker_id else []
