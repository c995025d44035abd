from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.plan_intake import queries, service
from app.crm.plan_intake.models import Occasion
from app.crm.plan_intake.schemas import AddOccasion, OccasionOut
from app.crm.plan_intake.service import OccasionNotFound, OccasionPast, PlanTakesNobody
from app.crm.plans.service import PlanNotFound, PlanNotPublished
from app.db.session import Session
from app.http.guards import managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page


@post("/plans/{plan_id:uuid}/take-in", operation_id="takeInTouchPlan", guards=[managers], status_code=204)
@refuses(PlanNotFound, PlanNotPublished, PlanTakesNobody)
async def take_in_touch_plan(
    plan_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> None:
    """Bring in those who belong to the plan already, in the background. Otherwise only new ones come in."""
    await service.take_in_those_there(session, caller, plan_id, now=clock.now())


@post("/occasions", operation_id="addOccasion", guards=[managers])
@refuses(OccasionPast, PlanNotFound, PlanNotPublished, PlanTakesNobody)
@once
async def add_occasion(
    data: JSONBody[AddOccasion],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> OccasionOut:
    """Put a day into the calendar: an exhibition, a novelty, a promotion. On it clients come into its plan."""
    occasion = await service.add_occasion(
        session,
        caller,
        name=data.name,
        on_day=data.on_day,
        plan_id=data.plan_id,
        statuses=[str(one) for one in data.statuses],
        now=clock.now(),
    )
    return OccasionOut.of(occasion)


@get("/occasions", operation_id="listOccasions", guards=[office])
async def list_occasions(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[OccasionOut]:
    """The calendar of occasions, newest first."""
    query = queries.select_occasions(caller.company_id)
    rows, next_cursor = await fetch_page(session, query, Occasion.id, cursor=cursor, limit=limit)
    return Page(items=[OccasionOut.of(one) for one in rows], next_cursor=next_cursor)


@post(
    "/occasions/{occasion_id:uuid}/cancel",
    operation_id="cancelOccasion",
    guards=[managers],
    status_code=200,
)
@refuses(OccasionNotFound)
async def cancel_occasion(
    occasion_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> OccasionOut:
    """Take a day out of the calendar. Whoever came into the plan by it stays in it."""
    occasion = await service.cancel_occasion(session, caller, occasion_id, now=clock.now())
    return OccasionOut.of(occasion)


router = Router(
    "/crm",
    route_handlers=[take_in_touch_plan, add_occasion, list_occasions, cancel_occasion],
    tags=["crm: touches"],
)
