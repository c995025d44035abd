from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from app.core.periods import PeriodInvalid
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import dispatchers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.http.schemas import Moment, check_offsets
from app.workforce.people.service import WorkerNotFound
from app.workforce.shifts import service
from app.workforce.shifts.schemas import AddShifts, ShiftsOut
from app.workforce.shifts.service import ShiftOverlap

Since = Annotated[Moment, QueryParameter(description="Start of [since, until): what overlaps it is listed")]
Until = Annotated[Moment, QueryParameter(description="At most 400 days after `since`")]


@post("/workers/{worker_id:uuid}/shifts", operation_id="addShifts", guards=[dispatchers])
@refuses(PeriodInvalid, ShiftOverlap, WorkerNotFound)
@once
async def add_shifts(
    worker_id: FromPath[UUID],
    data: JSONBody[AddShifts],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> ShiftsOut:
    """Add shifts of a worker. If one overlaps another shift of his, all are refused."""
    periods = [one.period() for one in data.periods]
    return ShiftsOut.of(await service.add_shifts(session, caller, worker_id=worker_id, periods=periods))


@get("/workers/{worker_id:uuid}/shifts", operation_id="listShifts", guards=[office])
@refuses(PeriodInvalid, WorkerNotFound)
async def list_shifts(
    worker_id: FromPath[UUID],
    since: Since,
    until: Until,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> ShiftsOut:
    """A worker's shifts, earliest first."""
    check_offsets(since=since, until=until)
    shifts = await service.find_shifts(session, caller, worker_id=worker_id, since=since, until=until)
    return ShiftsOut.of(shifts)


router = Router(
    "/",
    route_handlers=[add_shifts, list_shifts],
    tags=["dispatch: shifts"],
)
