from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.core.clock import Clock
from app.crm.planning import service
from app.crm.planning.policies import make_plan
from app.crm.planning.schemas import CalculateMonthlyPlan, MonthlyActualsOut, MonthlyPlanOut
from app.db.reader import Reader
from app.http.guards import office


@post("/calculate", operation_id="calculateMonthlyPlan", guards=[office], status_code=200)
async def calculate_monthly_plan(data: JSONBody[CalculateMonthlyPlan]) -> MonthlyPlanOut:
    """How many newcomers and fans a month the company needs for the profit it wants. Nothing is stored."""
    return MonthlyPlanOut.of(make_plan(data.to_business()))


@get("/actuals", operation_id="getMonthlyActuals", guards=[office])
async def get_monthly_actuals(
    reader: NamedDependency[Reader], clock: NamedDependency[Clock]
) -> MonthlyActualsOut:
    """The numbers of a plan as they were in the last year."""
    return MonthlyActualsOut.of(await service.read_actuals(reader, now=clock.now()))


router = Router(
    "/crm/monthly-plan",
    route_handlers=[calculate_monthly_plan, get_monthly_actuals],
    tags=["crm: figures"],
)
