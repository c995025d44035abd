from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from app.core.clock import Clock
from app.db.reader import Reader
from app.http.guards import dispatchers
from app.tracking.positions.queries import WHEREABOUTS
from app.tracking.positions.schemas import WorkerPositionOut, WorkerPositionsOut


@get("/positions", operation_id="listPositions", guards=[dispatchers])
async def list_positions(
    reader: NamedDependency[SkipValidation[Reader]], clock: NamedDependency[Clock]
) -> WorkerPositionsOut:
    """Where workers were last, by name. The event `tracking.workers_moved` of the live channel says whose changed."""
    now = clock.now()
    found = await reader.all(WHEREABOUTS, now=now)
    return WorkerPositionsOut(items=[WorkerPositionOut.of(one, now) for one in found])


router = Router("/tracking", route_handlers=[list_positions], tags=["tracking: positions"])
