from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.plan_dry_runs import service
from app.crm.plan_dry_runs.schemas import TouchPlanDryRunOut, TryTouchPlan
from app.crm.plan_dry_runs.service import PlanDryRunNotFound
from app.crm.plans.policies import PlanInvalid
from app.crm.plans.service import PlanNotFound
from app.db.session import Session
from app.http.guards import managers
from app.http.idempotency import Once, once
from app.http.refusals import refuses


@post("/plans/{plan_id:uuid}/dry-runs", operation_id="tryTouchPlan", guards=[managers])
@refuses(PlanInvalid, PlanNotFound)
@once
async def try_touch_plan(
    plan_id: FromPath[UUID],
    data: JSONBody[TryTouchPlan],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TouchPlanDryRunOut:
    """Count in the background what the draft would do: clients, messages, parts of SMS, roubles. Nothing is sent."""
    run = await service.ask_for_dry_run(
        session, caller, plan_id, segment_kop=data.segment_kop, now=clock.now()
    )
    return TouchPlanDryRunOut.of(run)


@get("/plan-dry-runs/{plan_dry_run_id:uuid}", operation_id="getTouchPlanDryRun", guards=[managers])
@refuses(PlanDryRunNotFound)
async def get_touch_plan_dry_run(
    plan_dry_run_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TouchPlanDryRunOut:
    """A dry run, as far as it has come."""
    return TouchPlanDryRunOut.of(await service.get_dry_run(session, caller, plan_dry_run_id))


router = Router("/crm", route_handlers=[try_touch_plan, get_touch_plan_dry_run], tags=["crm: plans"])
