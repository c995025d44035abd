"""What reports know of clients is kept as rows, and is what their facts say."""

import random
from datetime import timedelta
from uuid import UUID

import pytest

from app.crm.facts.gathering import OfClient
from app.crm.pasts.policies import read_past
from app.crm.pasts.queries import find_bought
from app.crm.pasts.values import Expected
from app.crm.statuses.service import keep_facts, read_by_what, settle_clients
from app.db.reader import Reader
from app.db.work import begin_work
from tests.cast import NOON
from tests.crm.given import a_card, ok, reports_follow
from tests.crm.lives import at
from tests.crm.test_returns import some_life
from tests.crm.test_statuses import bought, told

NOW = at(1_500)


@pytest.mark.covers("R20")
async def test_rows_of_random_clients_are_what_their_facts_say(cast):
    dice, expected = random.Random(7), {}
    for _ in range(15):
        card, _site = await a_card(cast, contacts=[])
        facts = [one._replace(source_id=UUID(int=dice.getrandbits(128))) for one in some_life(dice)]
        async with begin_work(cast.maker, cast.company_id) as work:
            by = await read_by_what(work, now=NOW)
            await keep_facts(work, [OfClient(UUID(card), one) for one in facts], by)
        expected[UUID(card)] = read_past(facts, by.rules, zone=by.zone, now=NOW)

    await reports_follow(cast, now=NOW)

    reader = Reader(cast.maker, cast.company_id)
    bought, needs = await find_bought(reader, list(expected)), await needs_of(reader, list(expected))
    assert {one: bought.get(one, []) for one in expected} == {
        one: past.bought for one, past in expected.items()
    }
    assert {one: needs.get(one, []) for one in expected} == {
        one: past.expected for one, past in expected.items()
    }
    assert sum(map(len, needs.values())) > 30


async def needs_of(reader: Reader, client_ids: list[UUID]) -> dict[UUID, list[Expected]]:
    columns = ", ".join(Expected._fields)
    query = f"SELECT client_id, {columns} FROM expected_need WHERE company_id = $1 AND client_id = ANY($2)"
    rows = await reader.rows(f"{query} ORDER BY client_id, number", client_ids)
    found: dict[UUID, list[Expected]] = {}
    for client_id, *need in rows:
        found.setdefault(client_id, []).append(Expected(*need))
    return found


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
    purchases, needs = await find_bought(reader, ids), await needs_of(reader, ids)
    return [len(purchases.get(one, ())) for one in ids], [len(needs.get(one, ())) for one in ids]
