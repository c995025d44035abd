"""Reads clients batch by batch and counts who came back. What they bought is kept by `app.crm.pasts`."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import DomainError
from app.core.hours import day_span
from app.core.periods import check_length
from app.crm.pasts.queries import find_bought, find_expected
from app.crm.pasts.values import Bought, Expected
from app.crm.returns import queries
from app.crm.returns.policies.comparison import CellCount, Comparison, compare
from app.crm.returns.policies.due import DueCount, find_lost
from app.crm.returns.policies.fixed import FixedCount, last_before_loss
from app.crm.returns.policies.quality import QualityCount
from app.crm.returns.queries import Card, Collected, Stated
from app.crm.returns.values import Buyer, By, Period
from app.db.query import Query
from app.db.reader import Reader

AT_ONCE = 20_000
"""Clients of one batch of a report: each batch looks for its clients anew. They are counted in a thread, and other
requests go on meanwhile."""
LISTED_AT_ONCE = 500
"""Clients of one batch of a list, which needs few."""
LONGEST = timedelta(days=10 * 366)
"""Of a period."""


class PeriodsOverlap(DomainError):
    """The period of returns begins before the period of visits is over: every visit in both would be a return."""

    status = 422
    code = "periods_overlap"


class Asked(NamedTuple):
    """When a report was asked for, by the clock of the company."""

    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


async def ask(reader: Reader, *, now: datetime) -> Asked:
    return Asked(await queries.get_zone(reader), now)


class Read(NamedTuple):
    """A client with the words for a list."""

    card: Card
    buyer: Buyer


class Who(NamedTuple):
    """Whom a report is about, and what it must know of them."""

    query: Query[UUID]
    period: Period
    needs: Period | None = None
    """Only needs that were due in this period. None: no needs."""
    with_areas: bool = False


EVER = Period(date.min, date.max)


async def each_batch(
    reader: Reader, who: Who, *, after: UUID | None = None, at_once: int | None = None
) -> AsyncIterator[list[Read]]:
    """These clients, in the order of their ids."""
    at_most = at_once or AT_ONCE
    while ids := await queries.find_page(reader, who.query, who.period, after, at_most=at_most):
        bought = await find_bought(reader, ids)
        expected: Mapping[UUID, Sequence[Expected]] = {}
        if who.needs is not None:
            expected = await find_expected(reader, ids, since=who.needs.first, until=who.needs.until)
        cards = await queries.find_cards(reader, ids)
        areas = await _areas(reader, bought, expected) if who.with_areas else {}
        yield [
            Read(cards[one], Buyer(one, cards[one].source, bought.get(one, ()), expected.get(one, ()), areas))
            for one in ids
        ]
        after = ids[-1]


async def _areas(
    reader: Reader, bought: Mapping[UUID, Sequence[Bought]], expected: Mapping[UUID, Sequence[Expected]]
) -> dict[UUID, frozenset[UUID]]:
    sites = {site for each in bought.values() for one in each for site in one.sites}
    sites |= {need.site_id for each in expected.values() for need in each if need.site_id is not None}
    return await queries.find_areas(reader, sorted(sites))


class Count(Protocol):
    def take(self, buyers: Iterable[Buyer], /) -> None: ...


async def _count(reader: Reader, count: Count, who: Who) -> None:
    async for batch in each_batch(reader, who):
        await asyncio.to_thread(count.take, [one.buyer for one in batch])


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
    count = FixedCount(visited, returned, group)
    await _count(reader, count, Who(queries.BOUGHT_IN, visited, with_areas=group is By.AREA))
    return count


async def count_due(reader: Reader, due: Period, *, group: By | None, now: datetime) -> DueCount:
    """Who of those who were due came.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(due)
    count = DueCount(due, (await ask(reader, now=now)).today, group)
    await _count(reader, count, Who(queries.DUE_IN, due, due, with_areas=group is By.AREA))
    return count


async def compare_workers(reader: Reader, due: Period, *, now: datetime) -> Comparison:
    """Workers beside each other, as if all had had the same clients.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(due)
    count = CellCount(due, (await ask(reader, now=now)).today)
    await _count(reader, count, Who(queries.DUE_IN, due, due))
    return compare(count.cells)


async def count_quality(reader: Reader, first_bought: Period, *, now: datetime) -> QualityCount:
    """What clients of each source are worth, of those who bought for the first time in a period.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(first_bought)
    count = QualityCount(first_bought, (await ask(reader, now=now)).today)
    async for batch in each_batch(reader, Who(queries.FIRST_BOUGHT_IN, first_bought, EVER)):
        buyers = [one.buyer for one in batch]
        visits = {visit for one in buyers for visit in count.first_visits(one)}
        found = await queries.find_discounts(reader, sorted(visits))
        count.take(buyers, {visit: (one.given_kop, one.paid_kop) for visit, one in found.items()})
    return count


async def count_collected(reader: Reader, period: Period) -> list[Collected]:
    """How many new clients there were by week and channel, and how many of them can be reached.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(period)
    zone = await queries.get_zone(reader)
    since, before = day_span(period.first, zone).starts_at, day_span(period.until, zone).starts_at
    return await queries.count_collected(reader, since, before, zone)


class LostClient(NamedTuple):
    """A client who did not come back."""

    client_id: UUID
    card: Card
    last: Bought | None
    """His last purchase: of all, or of the period of visits."""
    needs: Sequence[Expected] = ()


async def find_lost_of_due(
    reader: Reader, due: Period, *, after: UUID | None, at_most: int, now: datetime
) -> list[LostClient]:
    """Clients with a need of the period for which they certainly did not come.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(due)
    today = (await ask(reader, now=now)).today
    lost: list[LostClient] = []
    async for batch in each_batch(reader, Who(queries.DUE_IN, due, due), after=after, at_once=LISTED_AT_ONCE):
        for card, buyer in batch:
            if needs := find_lost(buyer, due, today):
                lost.append(LostClient(buyer.client_id, card, _newest(buyer), needs))
        if len(lost) >= at_most:
            break
    return lost[:at_most]


def _newest(buyer: Buyer) -> Bought | None:
    return buyer.bought[-1] if buyer.bought else None


async def find_lost_between(
    reader: Reader, visited: Period, returned: Period, *, after: UUID | None, at_most: int
) -> list[LostClient]:
    """Clients who bought in the first period and not in the second.

    Raises:
        PeriodInvalid: one of the periods is none.
        PeriodsOverlap: the second begins before the first is over.
    """
    check_periods(visited, returned)
    lost: list[LostClient] = []
    async for batch in each_batch(
        reader, Who(queries.BOUGHT_IN, visited), after=after, at_once=LISTED_AT_ONCE
    ):
        for card, buyer in batch:
            if last := last_before_loss(buyer, visited, returned):
                lost.append(LostClient(buyer.client_id, card, last))
        if len(lost) >= at_most:
            break
    return lost[:at_most]


async def find_reasons(reader: Reader, lost: Sequence[LostClient]) -> dict[UUID, Stated]:
    """What lost clients said when they refused. What somebody said before his last purchase is no reason."""
    zone = await queries.get_zone(reader)
    stated = await queries.find_stated(reader, [one.client_id for one in lost])
    last = {one.client_id: one.last.on for one in lost if one.last}
    return {
        client_id: one
        for client_id, one in stated.items()
        if client_id not in last or one.at.astimezone(zone).date() >= last[client_id]
    }
