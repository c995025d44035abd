from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from app.core.clock import Clock
from app.core.periods import PeriodInvalid
from app.crm.return_curves import service
from app.crm.return_curves.schemas import ReturnCurvesOut
from app.crm.return_curves.values import Cohort, CohortBy
from app.crm.returns.asked import Since, Until
from app.crm.returns.values import Period
from app.db.reader import Reader
from app.http.guards import office
from app.http.refusals import refuses

Group = Annotated[CohortBy | None, QueryParameter(name="by", description="What to divide the clients by")]


@get("/curves", operation_id="drawReturnCurves", guards=[office])
@refuses(PeriodInvalid)
async def draw_return_curves(
    since: Since,
    until: Until,
    reader: NamedDependency[Reader],
    clock: NamedDependency[Clock],
    source: FromQuery[str | None] = None,
    worker_id: FromQuery[UUID | None] = None,
    category: FromQuery[str | None] = None,
    by: Group = None,
) -> ReturnCurvesOut:
    """How soon clients buy again, of those who bought for the first time in a period (Kaplan and Meier).

    Who has not bought again counts as long as he was watched, and not as lost.
    """
    cohort = Cohort(Period(since, until), source, worker_id, category)
    curves = await service.draw_curves(reader, cohort, by=by, now=clock.now())
    return ReturnCurvesOut.of(curves, cohort.period)


router = Router("/crm/returns", route_handlers=[draw_return_curves], tags=["crm: returns"])
