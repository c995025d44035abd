from typing import Annotated
from uuid import UUID

from litestar import Router, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from app.core.clock import Clock
from app.core.periods import PeriodInvalid
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.staffing import changes
from app.dispatch.staffing.policies import VisitsBeneath
from app.http.guards import dispatchers
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.workforce.api import AbsenceOut, AbsenceOverVisit, AddAbsence, ShiftNotFound, WorkerNotFound

Reason = Annotated[
    str | None,
    QueryParameter(
        max_length=500, description="Needed beneath visits: see `visits_beneath`. Kept in their history"
    ),
]


@delete("/shifts/{shift_id:uuid}", operation_id="removeShift", guards=[dispatchers])
@refuses(ShiftNotFound, VisitsBeneath)
async def remove_shift(
    shift_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    override_reason: Reason = None,
) -> None:
    """Remove a shift. If visits that are offered or accepted lie in it, a reason is needed.

    Such visits stay booked, and each is put before the dispatcher until it fits again, moves or ends.
    """
    await changes.remove_shift(session, caller, shift_id=shift_id, reason=override_reason, now=clock.now())


@post("/workers/{worker_id:uuid}/absences", operation_id="addAbsence", guards=[dispatchers])
@refuses(AbsenceOverVisit, PeriodInvalid, VisitsBeneath, WorkerNotFound)
@once
async def add_absence(
    worker_id: FromPath[UUID],
    data: JSONBody[AddAbsence],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> AbsenceOut:
    """Add a vacation, an illness or a break. If visits that are offered or accepted lie in it, a reason is needed.

    Such visits stay booked, and each is put before the dispatcher until it fits again, moves or ends.
    """
    return await changes.add_absence(session, caller, worker_id=worker_id, absence=data, now=clock.now())


router = Router("/", route_handlers=[remove_shift, add_absence], tags=["dispatch: shifts"])
