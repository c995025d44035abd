from uuid import UUID

from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.plans import queries, service
from app.crm.plans.models import TouchPlan
from app.crm.plans.policies import PlanInvalid
from app.crm.plans.schemas import (
    ChangeTouchPlan,
    CreateTouchPlan,
    PublishTouchPlan,
    TouchPlanOut,
    TouchPlansOut,
    TouchPlanVersionOut,
    TouchPlanVersionsOut,
)
from app.crm.plans.service import PlanCodeTaken, PlanMoveImpossible, PlanNotFound, PlanNotPublished
from app.db.session import Session
from app.http.guards import managers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.http.versions import IfMatch, check_version
from app.notifications.api import BatchMoveImpossible, BatchNotFound


@get("/", operation_id="listTouchPlans", guards=[office])
async def list_touch_plans(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TouchPlansOut:
    """All plans. The first look brings the plans of the product as drafts, with drafts of their texts."""
    return TouchPlansOut.of(await service.find_plans(session, caller.company_id))


@post("/", operation_id="createTouchPlan", guards=[managers])
@refuses(PlanCodeTaken, PlanInvalid)
@once
async def create_touch_plan(
    data: JSONBody[CreateTouchPlan],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> TouchPlanOut:
    """Write a plan. Nothing of it happens until it is published and released."""
    plan = await service.create_plan(session, caller, code=data.code, name=data.name, content=data.content)
    return TouchPlanOut.of(plan)


@get("/{plan_id:uuid}", operation_id="getTouchPlan", guards=[office])
@refuses(PlanNotFound)
async def get_touch_plan(
    plan_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TouchPlanOut:
    """One plan with its draft."""
    return TouchPlanOut.of(await service.get_plan(session, caller.company_id, plan_id))


@patch("/{plan_id:uuid}", operation_id="changeTouchPlan", guards=[managers])
@refuses(PlanInvalid, PlanNotFound)
async def change_touch_plan(
    plan_id: FromPath[UUID],
    data: JSONBody[ChangeTouchPlan],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> TouchPlanOut:
    """Change the name or the draft. Whoever is in the plan is not affected."""
    plan = await _seen(session, caller, plan_id, if_match)
    return TouchPlanOut.of(await service.change_plan(session, plan, name=data.name, content=data.content))


@get("/{plan_id:uuid}/versions", operation_id="listTouchPlanVersions", guards=[office])
@refuses(PlanNotFound)
async def list_touch_plan_versions(
    plan_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TouchPlanVersionsOut:
    """Everything that was ever published of a plan, the newest first."""
    plan = await service.get_plan(session, caller.company_id, plan_id)
    versions = await queries.find_versions(session, caller.company_id, plan.id)
    return TouchPlanVersionsOut(items=[TouchPlanVersionOut.of(one) for one in versions])


@post("/{plan_id:uuid}/publish", operation_id="publishTouchPlan", guards=[managers], status_code=200)
@refuses(PlanInvalid, PlanNotFound)
async def publish_touch_plan(
    plan_id: FromPath[UUID],
    data: JSONBody[PublishTouchPlan],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> TouchPlanOut:
    """Make the draft a version that stays as it is. Clients come into it from now on; others keep theirs."""
    plan = await _seen(session, caller, plan_id, if_match)
    await service.publish_plan(session, caller, plan, comment=data.comment, now=clock.now())
    return TouchPlanOut.of(plan)


@post("/{plan_id:uuid}/release", operation_id="releaseTouchPlan", guards=[managers], status_code=200)
@refuses(BatchMoveImpossible, BatchNotFound, PlanInvalid, PlanMoveImpossible, PlanNotFound, PlanNotPublished)
async def release_touch_plan(
    plan_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> TouchPlanOut:
    """Let clients come into it. The caller answers for its advertising by name (38-FZ, art. 18)."""
    plan = await _seen(session, caller, plan_id, if_match)
    await service.release_plan(session, caller, plan, now=clock.now())
    return TouchPlanOut.of(plan)


@post("/{plan_id:uuid}/pause", operation_id="pauseTouchPlan", guards=[managers], status_code=200)
@refuses(BatchMoveImpossible, BatchNotFound, PlanMoveImpossible, PlanNotFound)
async def pause_touch_plan(
    plan_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> TouchPlanOut:
    """Hold it up: nobody comes into it, and nothing of it goes. It can be released again."""
    plan = await _seen(session, caller, plan_id, if_match)
    await service.pause_plan(session, caller, plan, now=clock.now())
    return TouchPlanOut.of(plan)


@post("/{plan_id:uuid}/retire", operation_id="retireTouchPlan", guards=[managers], status_code=200)
@refuses(BatchMoveImpossible, BatchNotFound, PlanMoveImpossible, PlanNotFound)
async def retire_touch_plan(
    plan_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> TouchPlanOut:
    """End it for ever. What it did stays in the history."""
    plan = await _seen(session, caller, plan_id, if_match)
    await service.retire_plan(session, caller, plan, now=clock.now())
    return TouchPlanOut.of(plan)


async def _seen(session: Session, caller: Scope, plan_id: UUID, if_match: str | None) -> TouchPlan:
    """The plan, locked, if it is as the caller has seen it."""
    plan = await service.get_plan(session, caller.company_id, plan_id, lock=True)
    check_version(if_match, plan.row_version)
    return plan


router = Router(
    "/crm/plans",
    route_handlers=[
        list_touch_plans,
        create_touch_plan,
        get_touch_plan,
        change_touch_plan,
        list_touch_plan_versions,
        publish_touch_plan,
        release_touch_plan,
        pause_touch_plan,
        retire_touch_plan,
    ],
    tags=["crm: plans"],
)
