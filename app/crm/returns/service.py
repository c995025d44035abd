"""Who came back and who did not. What clients bought, and when they were expected, is kept by `app.crm.pasts`."""

from datetime import date, datetime, timedelta

from app.core.errors import DomainError
from app.core.hours import day_span
from app.core.periods import check_length
from app.crm.returns import queries
from app.crm.returns.policies.comparison import Comparison, compare
from app.crm.returns.policies.due import DueCount
from app.crm.returns.policies.fixed import FixedCount
from app.crm.returns.policies.quality import Quality
from app.crm.returns.queries import Collected
from app.crm.returns.values import By, Period
from app.db.reader import Reader

LONGEST = timedelta(days=10 * 366)
"""Of a period."""


class PeriodsOverlap(DomainError):
    """The period of returns begins before the period of visits is over: every visit in both would be a return."""

    status = 422
    code = "periods_overlap"


async def today_of(reader: Reader, *, now: datetime) -> date:
    """The day by the clock of the company."""
    return now.astimezone(await queries.get_zone(reader)).date()


def check_periods(visited: Period, returned: Period) -> None:
    """See that the second period follows the first.

    Raises:
        PeriodInvalid: one of them is none.
        PeriodsOverlap: the second begins too early.
    """
    check_period(visited)
    check_period(returned)
    if returned.first < visited.until:
        raise PeriodsOverlap(errors=[{"path": "returned_from", "code": PeriodsOverlap.code}])


def check_period(period: Period) -> None:
    check_length(period.until - period.first, longest=LONGEST)


async def count_fixed(reader: Reader, visited: Period, returned: Period, *, group: By | None) -> FixedCount:
    """Who bought in the first period, and who of them in the second.

    Raises:
        PeriodInvalid: one of the periods is none.
        PeriodsOverlap: the second begins before the first is over.
    """
    check_periods(visited, returned)
    return await queries.count_fixed(reader, visited, returned, group)


async def count_due(reader: Reader, due: Period, *, group: By | None, now: datetime) -> DueCount:
    """Who of those who were due came.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(due)
    return await queries.count_due(reader, due, group, today=await today_of(reader, now=now))


async def compare_workers(reader: Reader, due: Period, *, now: datetime) -> Comparison:
    """Workers beside each other, as if all had had the same clients.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(due)
    return compare(await queries.count_cells(reader, due, today=await today_of(reader, now=now)))


async def count_quality(reader: Reader, first_bought: Period, *, now: datetime) -> dict[str, Quality]:
    """What clients of each source are worth, of those who bought for the first time in a period.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(first_bought)
    return await queries.count_quality(reader, first_bought, today=await today_of(reader, now=now))


async def count_collected(reader: Reader, period: Period) -> list[Collected]:
    """How many new clients there were by week and channel, and how many of them can be reached.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(period)
    zone = await queries.get_zone(reader)
    since, before = day_span(period.first, zone).starts_at, day_span(period.until, zone).starts_at
    return await queries.count_collected(reader, since, before, zone)
