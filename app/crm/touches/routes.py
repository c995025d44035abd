from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.plans.policies import PlanInvalid
from app.crm.plans.service import PlanNotFound, PlanNotPublished, get_plan
from app.crm.touches import service
from app.crm.touches.moving import move_to_newest
from app.crm.touches.schemas import (
    MoveClientsOfPlan,
    MovedClientsOut,
    PlanEnrolmentOut,
)
from app.crm.touches.service import (
    EnrolmentNotFound,
    EnrolmentOver,
)
from app.db.session import Session
from app.http.guards import intake, managers
from app.http.refusals import refuses


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
    route_handlers=[end_plan_of_client, move_clients_of_touch_plan],
    tags=["crm: touches"],
)
