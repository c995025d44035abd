from datetime import timedelta
from uuid import UUID

from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.visits import history, offers, queries, service
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import VisitStatus
from app.dispatch.visits.schemas import (
    CancelVisit,
    OfferOut,
    OfferVisit,
    VisitEventOut,
    VisitOut,
    VisitTime,
)
from app.http.guards import dispatchers, intake, office
from app.http.idempotency import once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.schemas import Moment, Page, check_offsets
from app.http.versions import IfMatch, check_version


@post("/jobs/{job_id:uuid}/visits", operation_id="planVisit", guards=[intake])
@once
async def plan_visit(
    job_id: FromPath[UUID],
    data: JSONBody[VisitTime],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> VisitOut:
    """Set a time for a job. Nobody is asked yet: see `offerVisit`."""
    window_starts_at, window_ends_at = data.window()
    visit = await service.plan_visit(
        session,
        caller,
        job_id=job_id,
        starts_at=data.starts_at,
        duration=data.duration,
        window_starts_at=window_starts_at,
        window_ends_at=window_ends_at,
        now=clock.now(),
    )
    return VisitOut.of(visit)


@get("/visits", operation_id="listVisits", guards=[office])
async def list_visits(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    starts_from: FromQuery[Moment | None] = None,
    starts_before: FromQuery[Moment | None] = None,
    status: FromQuery[list[VisitStatus] | None] = None,
    worker_id: FromQuery[UUID | None] = None,
    job_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[VisitOut]:
    """Visits of the company, newest first; `starts_before` is exclusive."""
    check_offsets(starts_from=starts_from, starts_before=starts_before)
    query = queries.select_visits(
        caller,
        starts_from=starts_from,
        starts_before=starts_before,
        statuses=status,
        worker_id=worker_id,
        job_id=job_id,
    )
    visits, next_cursor = await fetch_page(session, query, Visit.id, cursor=cursor, limit=limit)
    return Page(items=[VisitOut.of(visit) for visit in visits], next_cursor=next_cursor)


@get("/visits/{visit_id:uuid}", operation_id="getVisit", guards=[office])
async def get_visit(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> VisitOut:
    """One visit."""
    return VisitOut.of(await history.get_visit(session, caller, visit_id))


@patch("/visits/{visit_id:uuid}", operation_id="moveVisit", guards=[dispatchers])
async def move_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[VisitTime],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> VisitOut:
    """Give a visit another time. Whoever had it is free of it: offer it anew."""
    visit = await history.lock_visit(session, caller, visit_id)
    check_version(if_match, visit.row_version)
    window_starts_at, window_ends_at = data.window()
    await service.move_visit(
        session,
        caller,
        visit=visit,
        starts_at=data.starts_at,
        duration=data.duration,
        window_starts_at=window_starts_at,
        window_ends_at=window_ends_at,
        now=clock.now(),
    )
    await session.flush()  # the answer names the new version
    return VisitOut.of(visit)


@post("/visits/{visit_id:uuid}/offer", operation_id="offerVisit", guards=[dispatchers], status_code=200)
@once
async def offer_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[OfferVisit],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> VisitOut:
    """Offer a planned visit to a worker or a crew; `accept_by` says until when it can be answered.

    Unanswered offers climb the ladder of the job type: reminder, dispatcher, next candidate, supervisor.
    """
    visit = await offers.offer_visit(
        session,
        caller,
        visit_id=visit_id,
        worker_id=data.worker_id,
        crew_id=data.crew_id,
        accept_within=timedelta(seconds=data.accept_within_s) if data.accept_within_s else None,
        override_reason=data.override_reason,
        now=clock.now(),
    )
    await session.flush()  # the answer names the new version
    return VisitOut.of(visit)


@post("/visits/{visit_id:uuid}/withdraw", operation_id="withdrawOffer", guards=[dispatchers], status_code=200)
async def withdraw_offer(
    visit_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> VisitOut:
    """Take an offer, or an accepted visit, back. The visit is planned again."""
    visit = await offers.withdraw_offer(session, caller, visit_id=visit_id, now=clock.now())
    await session.flush()  # the answer names the new version
    return VisitOut.of(visit)


@post("/visits/{visit_id:uuid}/cancel", operation_id="cancelVisit", guards=[dispatchers], status_code=200)
async def cancel_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[CancelVisit],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> VisitOut:
    """The visit will not happen. A client who had been told of it is told of this too."""
    visit = await service.cancel_visit(
        session, caller, visit_id=visit_id, reason=data.reason, now=clock.now()
    )
    await session.flush()  # the answer names the new version
    return VisitOut.of(visit)


@get("/visits/{visit_id:uuid}/offers", operation_id="listOffers", guards=[office])
async def list_offers(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> list[OfferOut]:
    """Who was asked, when, and what he answered; oldest first."""
    await history.get_visit(session, caller, visit_id)
    return [OfferOut.of(offer) for offer in await queries.find_offers(session, caller, visit_id)]


@get("/visits/{visit_id:uuid}/history", operation_id="getVisitHistory", guards=[office])
async def get_visit_history(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> list[VisitEventOut]:
    """Everything that happened to a visit, oldest first, in device time and in ours."""
    await history.get_visit(session, caller, visit_id)
    return [VisitEventOut.of(event) for event in await queries.find_events(session, caller, visit_id)]


router = Router(
    "/",
    route_handlers=[
        plan_visit,
        list_visits,
        get_visit,
        move_visit,
        offer_visit,
        withdraw_offer,
        cancel_visit,
        list_offers,
        get_visit_history,
    ],
    tags=["dispatch: visits"],
)
