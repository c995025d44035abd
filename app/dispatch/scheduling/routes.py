from functools import partial
from uuid import UUID

from litestar import Router, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.work import Work
from app.dispatch.gate.policies import JobNotPlannable, NotReadyThen, VisitTimeInvalid
from app.dispatch.offers.taking_back import NobodyAsked
from app.dispatch.scheduling import service
from app.dispatch.visits.schemas import CancelVisit, MoveVisit, PinVisit, PlanVisit, VisitOut
from app.dispatch.visits.states import VisitIsPinned, VisitMoveRefused, VisitNotFound
from app.http.guards import dispatchers, intake
from app.http.idempotency import Once, once, provide_once_at_end
from app.http.refusals import refuses
from app.http.versions import IfMatch, check_version
from app.orders.api import JobNotFound


@post("/jobs/{job_id:uuid}/visits", operation_id="planVisit", guards=[intake])
@refuses(JobNotFound, JobNotPlannable, NotReadyThen, VisitTimeInvalid)
@once
async def plan_visit(
    job_id: FromPath[UUID],
    data: JSONBody[PlanVisit],
    work: NamedDependency[Work],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> VisitOut:
    """Plan a visit: set a time for a job. Nobody is asked yet: see `offerVisit`."""
    visit = await service.plan_visit(
        work, caller, job_id=job_id, time=data, override_reason=data.override_reason, now=clock.now()
    )
    return VisitOut.of(visit)


@patch("/visits/{visit_id:uuid}", operation_id="moveVisit", guards=[dispatchers])
@refuses(JobNotPlannable, NotReadyThen, VisitIsPinned, VisitMoveRefused, VisitNotFound, VisitTimeInvalid)
async def move_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[MoveVisit],
    work: NamedDependency[Work],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> VisitOut:
    """Give a visit another time. Whoever had it no longer has it: offer it again.

    What is not sent stays: with a new start alone, the visit and its window keep their lengths. The present
    time is no move. Whoever has the visit keeps it if the start stays and it becomes no longer.
    """
    visit = await service.move_visit(
        work,
        caller,
        visit_id=visit_id,
        check_version=partial(check_version, if_match),
        to=data,
        now=clock.now(),
    )
    return VisitOut.of(visit)


@post("/visits/{visit_id:uuid}/withdraw", operation_id="withdrawOffer", guards=[dispatchers], status_code=200)
@refuses(NobodyAsked, VisitIsPinned, VisitMoveRefused, VisitNotFound)
async def withdraw_offer(
    visit_id: FromPath[UUID],
    work: NamedDependency[Work],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> VisitOut:
    """Withdraw an offer or an accepted visit. The visit is planned again."""
    visit = await service.withdraw_offer(
        work, caller, visit_id=visit_id, check_version=partial(check_version, if_match), now=clock.now()
    )
    return VisitOut.of(visit)


@post("/visits/{visit_id:uuid}/pin", operation_id="pinVisit", guards=[dispatchers], status_code=200)
@refuses(VisitMoveRefused, VisitNotFound)
async def pin_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[PinVisit],
    work: NamedDependency[Work],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> VisitOut:
    """Let a visit stay at its time and with its people, or no longer.

    Nobody moves or withdraws a pinned visit before it is unpinned, and its client calls to move it. It can still
    be offered and canceled.
    """
    visit = await service.pin_visit(
        work,
        caller,
        visit_id=visit_id,
        check_version=partial(check_version, if_match),
        is_pinned=data.is_pinned,
        now=clock.now(),
    )
    return VisitOut.of(visit)


@post("/visits/{visit_id:uuid}/cancel", operation_id="cancelVisit", guards=[dispatchers], status_code=200)
@refuses(VisitMoveRefused, VisitNotFound)
async def cancel_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[CancelVisit],
    work: NamedDependency[Work],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> VisitOut:
    """Cancel a visit. A client who was told about the visit is told about this too."""
    visit = await service.cancel_visit(
        work,
        caller,
        visit_id=visit_id,
        check_version=partial(check_version, if_match),
        reason=data.reason,
        now=clock.now(),
    )
    return VisitOut.of(visit)


router = Router(
    "/",
    route_handlers=[plan_visit, move_visit, withdraw_offer, pin_visit, cancel_visit],
    dependencies={"once": Provide(provide_once_at_end)},
    tags=["dispatch: visits"],
)
