from litestar import Router, get
from litestar.di import NamedDependency

from app.core.clock import Clock
from app.core.periods import PeriodInvalid
from app.crm.figures import service
from app.crm.figures.schemas import CohortsOut, LeadsOut, MoneyByStatusOut, WakeUpsOut
from app.crm.returns.asked import Since, Until
from app.crm.returns.values import Period
from app.db.reader import Reader
from app.http.guards import office
from app.http.refusals import refuses


@get("/money", operation_id="divideMoneyByStatus", guards=[office])
@refuses(PeriodInvalid)
async def divide_money_by_status(
    since: Since, until: Until, reader: NamedDependency[Reader]
) -> MoneyByStatusOut:
    """Who brings the money: what was paid in a period by fans, newcomers and the others, and whether fans bring enough.

    `fans_share_bp` of the rules says how much is enough.
    """
    period = Period(since, until)
    return MoneyByStatusOut.of(await service.divide_money_by_status(reader, period), period)


@get("/cohorts", operation_id="countNewFans", guards=[office])
@refuses(PeriodInvalid)
async def count_new_fans(
    since: Since, until: Until, reader: NamedDependency[Reader], clock: NamedDependency[Clock]
) -> CohortsOut:
    """How many newcomers of each month became fans, and how soon after their first purchase."""
    period = Period(since, until)
    return CohortsOut.of(await service.count_cohorts(reader, period, now=clock.now()), period)


@get("/wake-ups", operation_id="countWakeUps", guards=[office])
@refuses(PeriodInvalid)
async def count_wake_ups(since: Since, until: Until, reader: NamedDependency[Reader]) -> WakeUpsOut:
    """Who became dormant in a period, to whom the company turned, who came back, and after which touch."""
    period = Period(since, until)
    return WakeUpsOut.of(await service.count_wake_ups(reader, period), period)


@get("/leads", operation_id="countLeads", guards=[office])
@refuses(PeriodInvalid)
async def count_leads(since: Since, until: Until, reader: NamedDependency[Reader]) -> LeadsOut:
    """How many clients became leads, by week and source, and how many of them have bought since."""
    period = Period(since, until)
    return LeadsOut.of(await service.count_leads(reader, period), period)


router = Router(
    "/crm/figures",
    route_handlers=[divide_money_by_status, count_new_fans, count_wake_ups, count_leads],
    tags=["crm: figures"],
)
