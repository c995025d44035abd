from datetime import date
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.periods import PeriodInvalid
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import cashiers, workers
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.orders.cash import service
from app.orders.cash.policies import CashDiffers, NothingToHandOver
from app.orders.cash.schemas import (
    AllTakingsOut,
    CashDayOut,
    CashHandoverOut,
    HandOverCash,
    TakingsOut,
)
from app.orders.cash.service import CountedMeanwhile
from app.workforce.api import WorkerNotFound


@get("/cash/days", operation_id="listCashDays", guards=[cashiers])
@refuses(PeriodInvalid)
async def list_cash_days(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    worker_id: FromQuery[UUID | None] = None,
    from_day: FromQuery[date | None] = None,
    before_day: FromQuery[date | None] = None,
) -> AllTakingsOut:
    """What each worker took from clients on each day, by method, newest day first, and what was counted of it.

    Without `from_day`: the last 31 days before `before_day`, and older days with cash that is not counted.
    """
    found = await service.find_takings(
        session, caller, first=from_day, before=before_day, worker_id=worker_id, now=clock.now()
    )
    return AllTakingsOut(items=[TakingsOut.of(one, name) for one, name in found])


@get("/cash/workers/{worker_id:uuid}", operation_id="getCashDay", guards=[cashiers])
@refuses(WorkerNotFound)
async def get_cash_day(
    worker_id: FromPath[UUID],
    day: FromQuery[date],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> CashDayOut:
    """One worker's money of one day, payment by payment."""
    return CashDayOut.of(await service.get_day(session, caller, worker_id=worker_id, day=day))


@post("/cash/handovers", operation_id="handOverCash", guards=[cashiers])
@refuses(CashDiffers, CountedMeanwhile, NothingToHandOver, WorkerNotFound)
@once
async def hand_over_cash(
    data: JSONBody[HandOverCash],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CashHandoverOut:
    """Record that a worker has handed over his cash of one day. Another sum than expected needs a reason.

    What is missing stays expected: when it comes, it is a further handover of the same day.
    """
    handover = await service.hand_over(
        session,
        caller,
        worker_id=data.worker_id,
        day=data.day,
        counted_kop=data.counted_kop,
        reason=data.reason.strip(),
        now=clock.now(),
    )
    return CashHandoverOut.of(handover)


@get("/field/cash", operation_id="listOwnCash", guards=[workers])
@refuses(PeriodInvalid)
async def list_own_cash(
    session: NamedDependency[Session], caller: NamedDependency[Scope], clock: NamedDependency[Clock]
) -> AllTakingsOut:
    """What the caller took from clients in the last 31 days, and older cash that he has not handed over."""
    found = await service.find_takings(
        session, caller, first=None, before=None, worker_id=caller.user_id, now=clock.now()
    )
    return AllTakingsOut(items=[TakingsOut.of(one, name) for one, name in found])


router = Router(
    "/", route_handlers=[list_cash_days, get_cash_day, hand_over_cash, list_own_cash], tags=["orders: cash"]
)
