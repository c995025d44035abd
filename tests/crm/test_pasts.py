"""What reports know of clients is kept as rows, and is what their facts say."""

import random
from datetime import timedelta
from uuid import UUID

import pytest

from app.crm.facts.gathering import OfClient
from app.crm.pasts.policies import read_past
from app.crm.pasts.queries import find_bought, find_expected
from app.crm.returns import service
from app.crm.returns.policies.comparison import CellCount, compare
from app.crm.returns.policies.due import DueCount, find_lost
from app.crm.returns.policies.fixed import FixedCount, last_before_loss
from app.crm.returns.values import Buyer, By, Period
from app.crm.statuses.service import keep_facts, read_by_what, settle_clients
from app.db.reader import Reader
from app.db.work import begin_work
from tests.cast import NOON
from tests.crm.given import a_card, ok, reports_follow
from tests.crm.lives import at, on
from tests.crm.test_returns import SOURCES, some_life
from tests.crm.test_statuses import bought, told

NOW = at(1_500)
V, R, DUE = Period(on(0), on(500)), Period(on(500), on(1_000)), Period(on(300), on(1_400))


async def some_lives(cast, many: int) -> list[Buyer]:
    """Random clients in the database; returned as they follow from their facts, without it."""
    dice, buyers = random.Random(7), []
    for _ in range(many):
        source = dice.choice(SOURCES)
        card, _site = await a_card(cast, source=source, contacts=[])
        facts = [
            one._replace(source_id=UUID(int=dice.getrandbits(128)), worker_id=one.worker_id)
            for one in some_life(dice)
        ]
        async with begin_work(cast.maker, cast.company_id) as work:
            by = await read_by_what(work, now=NOW)
            await keep_facts(work, [OfClient(UUID(card), one) for one in facts], by)
        past = read_past(facts, by.rules, zone=by.zone, now=NOW)
        if past.bought:
            buyers.append(Buyer(UUID(card), source, past.bought, past.expected))
    return sorted(buyers, key=lambda one: one.client_id)


@pytest.mark.covers("R20", "R112", "R113", "R114", "R116")
async def test_reports_read_from_rows_are_those_of_the_facts_on_any_page(cast, monkeypatch):
    monkeypatch.setattr(service, "AT_ONCE", 7)
    monkeypatch.setattr(service, "LISTED_AT_ONCE", 3)
    buyers = await some_lives(cast, 40)
    await reports_follow(cast, now=NOW)
    reader = Reader(cast.maker, cast.company_id)

    fixed = await service.count_fixed(reader, V, R, group=By.SOURCE)
    due = await service.count_due(reader, DUE, group=By.CATEGORY, now=NOW)
    workers = await service.compare_workers(reader, DUE, now=NOW)
    lost = await service.find_lost_of_due(reader, DUE, after=None, at_most=99, now=NOW)
    between = await service.find_lost_between(reader, V, R, after=None, at_most=99)

    expected_fixed, expected_due = FixedCount(V, R, By.SOURCE), DueCount(DUE, NOW.date(), By.CATEGORY)
    cells = CellCount(DUE, NOW.date())
    for count in (expected_fixed, expected_due, cells):
        count.take(buyers)
    assert (fixed.whole, fixed.groups) == (expected_fixed.whole, expected_fixed.groups)
    assert (due.whole, due.groups) == (expected_due.whole, expected_due.groups)
    assert workers == compare(cells.cells)
    assert {one.client_id: list(one.needs) for one in lost} == {
        one.client_id: needs for one in buyers if (needs := find_lost(one, DUE, NOW.date()))
    }
    assert [one.client_id for one in between] == [
        one.client_id for one in buyers if last_before_loss(one, V, R)
    ]
    assert fixed.whole.total.visited > 15 < due.whole.matured


@pytest.mark.covers("R112")
async def test_rows_follow_a_merge_and_its_undoing(cast):
    anna, other = (await a_card(cast, contacts=[]))[0], (await a_card(cast, contacts=[]))[0]
    await told(cast, anna, bought(NOON - timedelta(days=400)), NOON)
    await told(cast, other, bought(NOON - timedelta(days=10)), NOON)
    await reports_follow(cast)
    apart = await known(cast, anna, other)
    merge = await ok(await cast.irina.post(f"/clients/{anna}/merge", {"merged_id": other, "reason": "Один"}))
    async with begin_work(cast.maker, cast.company_id) as work:
        await settle_clients(work, [UUID(anna), UUID(other)], await read_by_what(work, now=NOON))
    await reports_follow(cast)
    together = await known(cast, anna, other)

    assert apart == ([1, 1], [1, 1])
    assert together == ([2, 0], [2, 0])
    assert merge


async def known(cast, *cards: str) -> tuple[list[int], list[int]]:
    """How many purchases and needs there are of each card."""
    reader, ids = Reader(cast.maker, cast.company_id), [UUID(card) for card in cards]
    purchases, needs = await find_bought(reader, ids), await find_expected(reader, ids)
    return [len(purchases.get(one, ())) for one in ids], [len(needs.get(one, ())) for one in ids]
