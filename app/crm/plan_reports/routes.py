from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.clients.api import ClientNotFound
from app.core.scope import Scope
from app.crm.plan_reports import queries, service
from app.crm.plan_reports.schemas import PlanEnrolmentsOut, PlanResultsOut, TouchOut
from app.crm.plans.service import PlanNotFound
from app.crm.touches.models import Touch
from app.crm.touches.schemas import PlanEnrolmentOut
from app.db.session import Session
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page


@get("/clients/{client_id:uuid}/touches", operation_id="listTouchesOfClient", guards=[office])
@refuses(ClientNotFound)
async def list_touches_of_client(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[TouchOut]:
    """Every planned contact with a client, newest first: what was sent, what was not, and why not."""
    card_id = await service.check_client(session, caller, client_id)
    query = queries.select_touches(caller.company_id, card_id)
    touches, next_cursor = await fetch_page(session, query, Touch.id, cursor=cursor, limit=limit)
    ways = await queries.find_ways(session, caller.company_id, {one.enrolment_id for one in touches})
    items = [TouchOut.of(one, ways[one.enrolment_id], caller.lang) for one in touches]
    return Page(items=items, next_cursor=next_cursor)


@get("/clients/{client_id:uuid}/plans", operation_id="listPlansOfClient", guards=[office])
@refuses(ClientNotFound)
async def list_plans_of_client(
    client_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> PlanEnrolmentsOut:
    """In which plans a client is or was, and why they ended for him."""
    card_id = await service.check_client(session, caller, client_id)
    found = await queries.find_enrolments(session, caller.company_id, card_id)
    return PlanEnrolmentsOut(items=[PlanEnrolmentOut.of(one, plan) for one, plan in found])


@get("/plans/{plan_id:uuid}/results", operation_id="getTouchPlanResults", guards=[office])
@refuses(PlanNotFound)
async def get_touch_plan_results(
    plan_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> PlanResultsOut:
    """How often the goal was reached by those who got the plan and by those who did not."""
    return await service.find_results(session, caller, plan_id)


router = Router(
    "/crm",
    route_handlers=[list_touches_of_client, list_plans_of_client, get_touch_plan_results],
    tags=["crm: touches"],
)
