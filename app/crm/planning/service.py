"""Reads what a plan follows from, as it was in the last year."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.hours import day_span
from app.crm.figures.queries import Moves, count_became, count_moves
from app.crm.planning.policies import Actuals, Year, actuals_of
from app.crm.returns.queries import count_repeated, get_zone
from app.crm.returns.values import Period
from app.db.reader import Reader

A_YEAR = timedelta(days=365)


async def read_actuals(reader: Reader, *, now: datetime) -> Actuals:
    """What the last year says of the numbers of a plan."""
    zone = await get_zone(reader)
    today = now.astimezone(zone).date()
    last = Period(today - A_YEAR, today)
    since, before = (day_span(day, zone).starts_at for day in last)
    moves = await count_moves(reader, since, before)
    earlier, fans = await _year_before(reader, zone, since)
    return actuals_of(_year(moves, await count_repeated(reader, last), earlier, fans))


def _year(moves: Moves, repeated: int, earlier: int, fans: int) -> Year:
    return Year(moves.newcomers, moves.new_fans, moves.lost_fans, repeated, moves.fans, earlier, fans)


async def _year_before(reader: Reader, zone: ZoneInfo, before: datetime) -> tuple[int, int]:
    """Newcomers of the year before the last, and those who became fans within a year."""
    became = await count_became(reader, before - A_YEAR, before, zone)
    soon = (one.clients for one in became if one.days is not None and one.days <= A_YEAR.days)
    return sum(one.clients for one in became), sum(soon)
