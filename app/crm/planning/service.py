"""Reads what a plan follows from, as it was in the last year."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.core.hours import day_span
from app.crm.figures.queries import Moves, count_became, count_moves
from app.crm.planning.policies import Actuals, Year, actuals_of
from app.crm.returns.queries import BOUGHT_IN
from app.crm.returns.service import Asked, Who, ask, each_batch
from app.crm.returns.values import Buyer, Period
from app.db.reader import Reader

A_YEAR = timedelta(days=365)


async def read_actuals(reader: Reader, *, now: datetime) -> Actuals:
    """What the last year says of the numbers of a plan."""
    by = await ask(reader, now=now)
    last = Period(by.today - A_YEAR, by.today)
    since, before = (day_span(day, by.zone).starts_at for day in last)
    moves = await count_moves(reader, since, before)
    earlier, fans = await _year_before(reader, by, since)
    return actuals_of(_year(moves, await _count_repeated(reader, last), earlier, fans))


def _year(moves: Moves, repeated: int, earlier: int, fans: int) -> Year:
    return Year(moves.newcomers, moves.new_fans, moves.lost_fans, repeated, moves.fans, earlier, fans)


async def _year_before(reader: Reader, by: Asked, before: datetime) -> tuple[int, int]:
    """Newcomers of the year before the last, and those who became fans within a year."""
    became = await count_became(reader, before - A_YEAR, before, by.zone)
    soon = (one.clients for one in became if one.days is not None and one.days <= A_YEAR.days)
    return sum(one.clients for one in became), sum(soon)


async def _count_repeated(reader: Reader, period: Period) -> int:
    """Purchases of a period that were not the first of their client."""
    repeated = 0
    async for batch in each_batch(reader, Who(BOUGHT_IN, period)):
        repeated += repeated_in(period, (one.buyer for one in batch))
    return repeated


def repeated_in(period: Period, buyers: Iterable[Buyer]) -> int:
    return sum(bought.on in period for buyer in buyers for bought in buyer.bought[1:])
