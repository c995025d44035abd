from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.api import ClientNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.plans.policies import PlanInvalid
from app.crm.plans.service import PlanNotFound, PlanNotPublished, get_plan
from app.crm.touches import queries, service
from app.crm.touches.models import Touch
from app.crm.touches.moving import move_to_newest
from app.crm.touches.schemas import (
    MoveClientsOfPlan,
    MovedClientsOut,
    PlanEnrolmentOut,
    PlanEnrolmentsOut,
    PlanResultsOut,
    TouchOut,
)
from app.crm.touches.service import (
    EnrolmentNotFound,
    EnrolmentOver,
)
from app.db.session import Session
from app.http.guards import intake, managers, office
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


@post(
    "/plan-enrolments/{enrolment_id:uuid}/end",
    operation_id="endPlanOfClient",
    guards=[intake],
    status_code=200,
)
@refuses(EnrolmentNotFound, EnrolmentOver, PlanNotFound)
async def end_plan_of_client(
    enrolment_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PlanEnrolmentOut:
    """End a plan for one client. Messages that wait are called off, and tasks are dropped."""
    ended = await service.end_by_hand(session, caller, enrolment_id, now=clock.now())
    plan = await get_plan(session, caller.company_id, ended.plan_id)
    return PlanEnrolmentOut.of(ended, plan)


@get("/plans/{plan_id:uuid}/results", operation_id="getTouchPlanResults", guards=[office])
@refuses(PlanNotFound)
async def get_touch_plan_results(
    plan_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> PlanResultsOut:
    """How often the goal was reached by those who got the plan and by those who did not."""
    return await service.find_results(session, caller, plan_id)


@post(
    "/plans/{plan_id:uuid}/move-clients",
    operation_id="moveClientsOfTouchPlan",
    guards=[managers],
    status_code=200,
)
@refuses(PlanInvalid, PlanNotFound, PlanNotPublished)
async def move_clients_of_touch_plan(
    plan_id: FromPath[UUID],
    data: JSONBody[MoveClientsOfPlan],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> MovedClientsOut:
    """Take those who are in the plan over to its newest version, up to 500 at a time. Otherwise they keep theirs."""
    moved = await move_to_newest(session, caller, plan_id, steps=data.steps, now=clock.now())
    return MovedClientsOut(clients=moved.clients, left=moved.left)


router = Router(
    "/crm",
    route_handlers=[
        list_touches_of_client,
        list_plans_of_client,
        end_plan_of_client,
        get_touch_plan_results,
        move_clients_of_touch_plan,
    ],
    tags=["crm: touches"],
)
