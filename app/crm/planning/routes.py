from datetime import date
from typing import Annotated

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter, SkipValidation

from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.planning import service
from app.crm.planning.policies import make_plan, month_of
from app.crm.planning.schemas import (
    CalculateMonthlyPlan,
    MonthlyActualsOut,
    MonthlyPlanOut,
    MonthOut,
    SetMonthlyPlan,
)
from app.crm.planning.service import MonthIsOver
from app.db.reader import Reader
from app.http.dependencies import Transactions
from app.http.guards import managers, office
from app.http.refusals import refuses
from app.http.versions import IfMatch

Month = Annotated[date, QueryParameter(description="A day of the month, by the company's calendar")]


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


@get("/", operation_id="getMonthlyPlan", guards=[office])
async def get_monthly_plan(
    month: Month, reader: NamedDependency[Reader], clock: NamedDependency[Clock]
) -> MonthOut:
    """A month beside its plan: what is reached, and what each day that is left must bring."""
    return MonthOut.of(await service.read_month(reader, month, now=clock.now()))


@put("/", operation_id="setMonthlyPlan", guards=[managers])
@refuses(MonthIsOver)
async def set_monthly_plan(
    month: Month,
    data: JSONBody[SetMonthlyPlan],
    transactions: NamedDependency[SkipValidation[Transactions]],
    reader: NamedDependency[Reader],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> MonthOut:
    """Set the plan of a month that is not over, or change it. The first one takes `If-Match: "0"`."""
    now = clock.now()
    async with transactions(audited=True) as session:
        await service.set_plan(
            session, caller, month=month_of(month), plan=data.to_plan(), if_match=if_match, now=now
        )
    return MonthOut.of(await service.read_month(reader, month, now=now))


router = Router(
    "/crm/monthly-plan",
    route_handlers=[calculate_monthly_plan, get_monthly_actuals, get_monthly_plan, set_monthly_plan],
    tags=["crm: figures"],
)
