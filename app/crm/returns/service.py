"""Reads clients batch by batch and counts who came back. Nothing of it is stored: all follows from facts."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import DomainError
from app.core.hours import day_span
from app.core.periods import check_length
from app.crm.facts.values import Fact
from app.crm.returns import queries
from app.crm.returns.policies.comparison import CellCount, Comparison, compare
from app.crm.returns.policies.due import DueCount, find_lost
from app.crm.returns.policies.expectations import read_past
from app.crm.returns.policies.fixed import FixedCount, last_before_loss
from app.crm.returns.policies.quality import QualityCount
from app.crm.returns.queries import Card, Collected
from app.crm.returns.values import Bought, Buyer, By, Expected, Period
from app.crm.rules.queries import find_versions
from app.crm.rules.service import ready
from app.crm.rules.values import Rules
from app.db.reader import Reader

AT_ONCE = 500
"""Clients of one batch. They are worked out in a thread, and other requests go on meanwhile."""
LONGEST = timedelta(days=10 * 366)
"""Of a period."""


class PeriodsOverlap(DomainError):
    """The period of returns begins before the period of visits is over: every visit in both would be a return."""

    status = 422
    code = "periods_overlap"


class Asked(NamedTuple):
    """What all reports are worked out by."""

    rules: Sequence[Rules]
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


async def ask(reader: Reader, *, now: datetime) -> Asked:
    return Asked(ready(await find_versions(reader)), await queries.get_zone(reader), now)


class Read(NamedTuple):
    """A client with the words for a list."""

    card: Card
    buyer: Buyer


async def each_batch(
    reader: Reader, by: Asked, *, until: date, after: UUID | None = None, with_areas: bool = False
) -> AsyncIterator[list[Read]]:
    """Clients who bought something before `until`, in the order of their ids."""
    before = day_span(until, by.zone).starts_at
    while by.rules and (
        ids := await queries.find_buyers_after(reader, after, before=before, at_most=AT_ONCE)
    ):
        facts = await queries.find_facts(reader, ids)
        cards = await queries.find_cards(reader, ids)
        areas = await _areas(reader, facts) if with_areas else {}
        yield await asyncio.to_thread(_read, [cards[one] for one in ids], facts, areas, by)
        after = ids[-1]


async def _areas(reader: Reader, facts: Mapping[UUID, Iterable[Fact]]) -> dict[UUID, frozenset[UUID]]:
    sites = {one.site_id for known in facts.values() for one in known if one.site_id is not None}
    return await queries.find_areas(reader, sorted(sites))


def _read(
    cards: Iterable[Card],
    facts: Mapping[UUID, Sequence[Fact]],
    areas: dict[UUID, frozenset[UUID]],
    by: Asked,
) -> list[Read]:
    found = []
    for card in cards:
        past = read_past(facts[card.client_id], by.rules, zone=by.zone, now=by.now)
        buyer = Buyer(card.client_id, card.source, past.bought, past.expected, areas)
        found.append(Read(card, buyer))
    return found


class Count(Protocol):
    def take(self, buyers: Iterable[Buyer], /) -> None: ...


async def _count(reader: Reader, by: Asked, count: Count, *, until: date, group: By | None = None) -> None:
    async for batch in each_batch(reader, by, until=until, with_areas=group is By.AREA):
        count.take(one.buyer for one in batch)


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


async def count_fixed(
    reader: Reader, visited: Period, returned: Period, *, group: By | None, now: datetime
) -> FixedCount:
    """Who bought in the first period, and who of them in the second.

    Raises:
        PeriodInvalid: one of the periods is none.
        PeriodsOverlap: the second begins before the first is over.
    """
    check_periods(visited, returned)
    count = FixedCount(visited, returned, group)
    by = await ask(reader, now=now)
    await _count(reader, by, count, until=visited.until, group=group)
    return count


async def count_due(reader: Reader, due: Period, *, group: By | None, now: datetime) -> DueCount:
    """Who of those who were due came.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(due)
    by = await ask(reader, now=now)
    count = DueCount(due, by.today, group)
    await _count(reader, by, count, until=due.until, group=group)
    return count


async def compare_workers(reader: Reader, due: Period, *, now: datetime) -> Comparison:
    """Workers beside each other, as if all had had the same clients.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(due)
    by = await ask(reader, now=now)
    count = CellCount(due, by.today)
    await _count(reader, by, count, until=due.until)
    return compare(count.cells)


async def count_quality(reader: Reader, first_bought: Period, *, now: datetime) -> QualityCount:
    """What clients of each source are worth, of those who bought for the first time in a period.

    Raises:
        PeriodInvalid: the period is none.
    """
    check_period(first_bought)
    by = await ask(reader, now=now)
    count = QualityCount(first_bought, by.today)
    async for batch in each_batch(reader, by, until=first_bought.until):
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
    by = await ask(reader, now=now)
    lost: list[LostClient] = []
    async for batch in each_batch(reader, by, until=due.until, after=after):
        for card, buyer in batch:
            if needs := find_lost(buyer, due, by.today):
                lost.append(LostClient(buyer.client_id, card, _newest(buyer), needs))
        if len(lost) >= at_most:
            break
    return lost[:at_most]


def _newest(buyer: Buyer) -> Bought | None:
    return buyer.bought[-1] if buyer.bought else None


async def find_lost_between(
    reader: Reader, visited: Period, returned: Period, *, after: UUID | None, at_most: int, now: datetime
) -> list[LostClient]:
    """Clients who bought in the first period and not in the second.

    Raises:
        PeriodInvalid: one of the periods is none.
        PeriodsOverlap: the second begins before the first is over.
    """
    check_periods(visited, returned)
    by = await ask(reader, now=now)
    lost: list[LostClient] = []
    async for batch in each_batch(reader, by, until=visited.until, after=after):
        for card, buyer in batch:
            if last := last_before_loss(buyer, visited, returned):
                lost.append(LostClient(buyer.client_id, card, last))
        if len(lost) >= at_most:
            break
    return lost[:at_most]
