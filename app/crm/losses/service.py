"""Who did not come back, and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.core.hours import day_span
from app.crm.losses import queries
from app.crm.losses.policies import LossCount, count_losses
from app.crm.losses.values import LostClient, Refused
from app.crm.returns.policies.due import Due
from app.crm.returns.queries import count_due, get_zone
from app.crm.returns.service import check_period, check_periods, today_of
from app.crm.returns.values import Filters, Period
from app.db.reader import Reader


async def find_lost_of_due(
    reader: Reader, due: Period, filters: Filters, *, after: UUID | None, at_most: int, now: datetime
) -> list[LostClient]:
    """Clients with a need of the period for which they certainly did not come.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(due)
    today = await today_of(reader, now=now)
    return await queries.find_lost_of_due(reader, due, filters, today=today, after=after, at_most=at_most)


async def find_lost_between(
    reader: Reader,
    visited: Period,
    returned: Period,
    filters: Filters,
    *,
    after: UUID | None,
    at_most: int,
) -> list[LostClient]:
    """Clients who bought in the first period and not in the second.

    Raises:
        PeriodInvalid: one of the periods is none.
        PeriodsOverlap: the second begins before the first is over.
    """
    check_periods(visited, returned)
    return await queries.find_lost_between(reader, visited, returned, filters, after=after, at_most=at_most)


class WhyLost(NamedTuple):
    due: Due
    lost: LossCount


async def count_why_lost(reader: Reader, due: Period, *, now: datetime) -> WhyLost:
    """Why clients did not come when they were due.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(due)
    today = await today_of(reader, now=now)
    counted = await count_due(reader, due, None, today=today)
    return WhyLost(counted.whole, count_losses(await queries.count_why_lost(reader, due, today=today)))


async def count_refused(reader: Reader, period: Period) -> Sequence[Refused]:
    """Leads who refused in a period, by source and reason.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(period)
    zone = await get_zone(reader)
    since, before = (day_span(day, zone).starts_at for day in period)
    return await queries.count_refused(reader, since, before)
