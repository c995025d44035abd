from litestar import Router, get
from litestar.di import NamedDependency

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.http.guards import dispatchers
from app.tracking.positions.queries import WHEREABOUTS
from app.tracking.positions.schemas import WorkerPositionOut, WorkerPositionsOut
from app.tracking.views.service import note_views_of_hour


@get("/positions", operation_id="listPositions", guards=[dispatchers])
async def list_positions(
    session: NamedDependency[Session], caller: NamedDependency[Scope], clock: NamedDependency[Clock]
) -> WorkerPositionsOut:
    """Where workers were last, by name. The event `tracking.workers_moved` of the live channel says whose changed.

    Each worker sees who looked, once for each hour.
    """
    now = clock.now()
    async with work_in(session, caller.company_id) as work:
        found = await work.all(WHEREABOUTS, now=now)
    await note_views_of_hour(
        session,
        caller,
        worker_ids=[one.worker_id for one in found],
        operation="listPositions",
        now=now,
    )
    return WorkerPositionsOut(items=[WorkerPositionOut.of(one, now) for one in found])


router = Router("/tracking", route_handlers=[list_positions], tags=["tracking: positions"])
