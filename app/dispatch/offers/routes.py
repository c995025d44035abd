from datetime import timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work
from app.dispatch.candidates.schemas import CandidateOut, CandidatesOut
from app.dispatch.gate.policies import (
    AssigneeImpossible,
    AssigneeNotFound,
    AssigneeUnsuitable,
    JobNotPlannable,
    NotReadyThen,
    VisitTimeInvalid,
    WorkerBusy,
)
from app.dispatch.offers import queries, service
from app.dispatch.offers.schemas import OfferOut, OfferVisit
from app.dispatch.visits.schemas import VisitOut
from app.dispatch.visits.service import get_visit
from app.dispatch.visits.states import VisitMoveRefused, VisitNotFound
from app.http.guards import dispatchers, intake, office
from app.http.idempotency import Once, once, provide_once_at_end
from app.http.refusals import refuses


@post("/visits/{visit_id:uuid}/offer", operation_id="offerVisit", guards=[dispatchers], status_code=200)
@refuses(
    AssigneeImpossible,
    AssigneeNotFound,
    AssigneeUnsuitable,
    JobNotPlannable,
    NotReadyThen,
    VisitMoveRefused,
    VisitNotFound,
    VisitTimeInvalid,
    WorkerBusy,
)
@once
async def offer_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[OfferVisit],
    work: NamedDependency[Work],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> VisitOut:
    """Offer a planned visit to a worker or a crew. `accept_by` is the deadline for the answer.

    If nobody answers, the ladder of the job type follows: reminder, dispatcher, next candidate, supervisor.
    """
    visit = await service.offer_visit(
        work,
        caller,
        visit_id=visit_id,
        worker_id=data.worker_id,
        crew_id=data.crew_id,
        accept_within=timedelta(seconds=data.accept_within_s) if data.accept_within_s else None,
        override_reason=data.override_reason,
        now=clock.now(),
    )
    return VisitOut.of(visit)


@get("/visits/{visit_id:uuid}/offers", operation_id="listOffers", guards=[office])
@refuses(VisitNotFound)
async def list_offers(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> list[OfferOut]:
    """Who was asked, when, and what the answer was. Oldest first."""
    await get_visit(session, caller, visit_id)
    return [OfferOut.of(offer) for offer in await queries.find_offers(session, caller, visit_id)]


@get("/visits/{visit_id:uuid}/candidates", operation_id="listCandidates", guards=[intake])
@refuses(VisitNotFound)
async def list_candidates(
    visit_id: FromPath[UUID],
    work: NamedDependency[Work],
    clock: NamedDependency[Clock],
    limit: Annotated[int, QueryParameter(ge=1, le=500, description="At most this many")] = 50,
) -> CandidatesOut:
    """Who could take this visit: first those who can come, then the others with every reason against them.

    Both groups are sorted by distance, nearest first.
    """
    found = await service.find_candidates(work, visit_id, now=clock.now(), limit=limit)
    return CandidatesOut(items=[CandidateOut.of(one) for one in found])


router = Router(
    "/",
    route_handlers=[offer_visit, list_offers],
    dependencies={"once": Provide(provide_once_at_end)},
    tags=["dispatch: visits"],
)
candidates = Router("/", route_handlers=[list_candidates], tags=["dispatch: candidates"])
