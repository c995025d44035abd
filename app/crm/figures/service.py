"""Reads the figures about the base. Nothing of them is stored: all follows from facts and steps."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.core.hours import day_span
from app.core.periods import check_length
from app.crm.figures import queries
from app.crm.figures.policies.awakenings import Awakenings, count_awakenings
from app.crm.figures.policies.cohorts import Cohort, make_cohorts
from app.crm.figures.policies.money import MoneyByStatus, divide_money
from app.crm.figures.queries import LeadsOfWeek
from app.crm.returns.queries import get_zone
from app.crm.returns.values import Period
from app.crm.rules.defaults import starter_rules
from app.crm.rules.queries import find_versions
from app.db.reader import Reader

LONGEST = timedelta(days=10 * 366)
"""Of a period."""
CLIENTS_AT_ONCE = 5_000
"""Whose touches are read by one statement."""


class Span(NamedTuple):
    """A period by the company's clock."""

    zone: ZoneInfo
    since: datetime
    before: datetime


async def span_of(reader: Reader, period: Period) -> Span:
    """The moments at which a period begins and is over.

    Raises:
        PeriodInvalid: it is none.
    """
    check_length(period.until - period.first, longest=LONGEST)
    zone = await get_zone(reader)
    return Span(zone, day_span(period.first, zone).starts_at, day_span(period.until, zone).starts_at)


async def divide_money_by_status(reader: Reader, period: Period) -> MoneyByStatus:
    """What was paid in a period, by the status that clients had at its end.

    Raises:
        PeriodInvalid: the period is none.
    """
    _, since, before = await span_of(reader, period)
    versions = await find_versions(reader)
    rules = versions[-1].content if versions else starter_rules()
    found = await queries.find_money(reader, since, before)
    return divide_money(found, benchmark_bp=rules.fans_share_bp)


async def count_cohorts(reader: Reader, period: Period, *, now: datetime) -> list[Cohort]:
    """Who of those who bought for the first time in a period became a fan, and how soon.

    Raises:
        PeriodInvalid: the period is none.
    """
    zone, since, before = await span_of(reader, period)
    became = await queries.count_became(reader, since, before, zone)
    return make_cohorts(became, today=now.astimezone(zone).date())


async def count_wake_ups(reader: Reader, period: Period) -> Awakenings:
    """What became of those who fell asleep in a period.

    Raises:
        PeriodInvalid: the period is none.
    """
    _, since, before = await span_of(reader, period)
    sleeps = await queries.find_sleeps(reader, since, before)
    clients = sorted({one.client_id for one in sleeps})
    touches = [
        touch
        for begin in range(0, len(clients), CLIENTS_AT_ONCE)
        for touch in await queries.find_touches(reader, clients[begin : begin + CLIENTS_AT_ONCE], since)
    ]
    return count_awakenings(sleeps, touches)


async def count_leads(reader: Reader, period: Period) -> Sequence[LeadsOfWeek]:
    """New leads by week and source.

    Raises:
        PeriodInvalid: the period is none.
    """
    zone, since, before = await span_of(reader, period)
    return await queries.count_leads(reader, since, before, zone)
