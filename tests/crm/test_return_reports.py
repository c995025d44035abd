"""Reports of return, over facts in the database and through the API."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.crm.facts.gathering import OfClient
from app.crm.facts.values import Fact, FactKind
from app.crm.losses import queries as losses
from app.crm.returns import queries
from app.crm.returns.values import Filters
from app.crm.rules.service import find_rules
from app.crm.statuses.service import keep_facts, read_by_what
from app.db.session import transaction
from app.db.work import begin_work
from tests.crm.given import a_card, ok, reports_follow

LONG_AGO = datetime(2021, 3, 1, 9, tzinfo=UTC)
"""So long ago that all needs of these tests are matured on any day."""
YEAR = timedelta(days=365)


async def buys(cast, client_id, at, **fields) -> None:
    """An act is signed and paid."""
    order = uuid7()
    about = {"site_id": uuid7(), "visit_id": uuid7(), "categories": ["maintenance"]} | fields
    facts = [
        Fact(FactKind.ACT_SIGNED, at, uuid7(), order_id=order, **about),
        Fact(FactKind.PAYMENT_TAKEN, at, uuid7(), order_id=order, amount_kop=500_00),
    ]
    async with begin_work(cast.maker, cast.company_id) as work:
        await find_rules(work, now=at)
        by = await read_by_what(work, now=cast.olga.now())
        await keep_facts(work, [OfClient(UUID(client_id), one) for one in facts], by)


FIXED = {
    "visited_from": "2021-01-01",
    "visited_to": "2022-01-01",
    "returned_from": "2022-01-01",
    "returned_to": "2023-01-01",
}
DUE = {"from": "2022-01-01", "to": "2023-01-01"}


async def asked(cast, path, params):
    await reports_follow(cast)
    return await ok(await cast.olga.get(f"/crm/returns/{path}?{urlencode(params)}"))


@pytest.mark.covers("R20", "R112", "R114", "R116")
async def test_reports_say_who_came_back_by_source_worker_and_category(cast):
    anna, site = await a_card(cast, source="Авито")
    boris, _ = await a_card(cast, name="Борис", source="совет", contacts=[])
    worker = {"worker_id": UUID(str(cast.rinat.id))}
    await buys(cast, anna, LONG_AGO, site_id=UUID(site), **worker)
    await buys(cast, anna, LONG_AGO + YEAR, site_id=UUID(site), **worker)
    await buys(cast, boris, LONG_AGO, **worker)

    fixed = await asked(cast, "fixed", FIXED | {"by": "source"})
    due = await asked(cast, "due", DUE | {"by": "worker"})

    assert fixed["all"]["total"] | {"interval": None} == {
        "clients": 2,
        "returned": 1,
        "lost": 1,
        "return_bp": 5_000,
        "interval": None,
        "same_worker": 1,
        "same_worker_bp": 5_000,
        "is_few": True,
    }
    assert [(one["key"], one["group"]["new"]["return_bp"]) for one in fixed["groups"]] == [
        ("Авито", 10_000),
        ("совет", 0),
    ]
    assert [(one["key"], one["group"]["matured"], one["group"]["met"]) for one in due["groups"]] == [
        (str(cast.rinat.id), 2, 1)
    ]


@pytest.mark.covers("R113")
async def test_the_lost_are_listed_page_by_page_with_what_they_did_not_come_for(cast):
    lost = [(await a_card(cast, name=f"Клиент {n}", contacts=[]))[0] for n in range(3)]
    for client_id in lost:
        await buys(cast, client_id, LONG_AGO)
    loyal, _ = await a_card(cast, name="Верный", contacts=[])
    await buys(cast, loyal, LONG_AGO)
    await buys(cast, loyal, LONG_AGO + YEAR)

    first = await asked(cast, "due/lost", DUE | {"limit": 2})
    second = await asked(cast, "due/lost", DUE | {"limit": 2, "cursor": first["next_cursor"]})
    between = await asked(cast, "fixed/lost", FIXED)

    assert [one["client_id"] for one in first["items"] + second["items"]] == sorted(lost)
    assert second["next_cursor"] is None
    assert [one["client_id"] for one in between["items"]] == sorted(lost)
    assert first["items"][0]["needs"][0]["category"] == "maintenance"
    assert first["items"][0]["last_bought_on"] == "2021-03-01"


@pytest.mark.covers("R113", "R122")
async def test_a_lost_client_has_the_reason_that_he_stated_last_and_after_his_purchase(cast):
    silent, stating, loyal = [(await a_card(cast, name=f"Клиент {n}", contacts=[]))[0] for n in range(3)]
    for client_id in (silent, stating, loyal):
        await buys(cast, client_id, LONG_AGO)
    for days, reason, code in (
        (-5, "до покупки", "price"),
        (400, "Дорого", "price"),
        (500, "Переехал", "relocation"),
    ):
        for client_id in (stating, *([silent] if days < 0 else [])):
            body = {"client_id": client_id, "outcome": "refused", "reason": reason, "loss_reason": code}
            at = (LONG_AGO + timedelta(days=days)).isoformat()
            await ok(await cast.marina.post("/crm/interactions", body | {"at": at}))

    items = (await asked(cast, "due/lost", DUE))["items"]

    found = {one["client_id"]: (one["reason_status"], one["stated_reason"]) for one in items}
    assert found == {
        silent: ("unknown", ""),
        stating: ("stated", "Переехал"),
        loyal: ("unknown", ""),
    }


@pytest.mark.covers("R116")
async def test_cards_that_were_merged_count_as_one_client(cast, background):
    anna, _ = await a_card(cast)
    double, _ = await a_card(cast, name="Аня", contacts=[])
    await buys(cast, anna, LONG_AGO)
    await buys(cast, double, LONG_AGO + YEAR)
    before = await asked(cast, "fixed", FIXED)
    await ok(await cast.olga.post(f"/clients/{anna}/merge", {"merged_id": double, "reason": "одна и та же"}))
    await background.sweep("relay", "delivery")

    after = await asked(cast, "fixed", FIXED)

    assert before["all"]["total"]["returned"] == 0
    assert after["all"]["total"]["returned"] == 1


@pytest.mark.covers("R112")
async def test_returns_are_divided_by_the_territory_of_the_site(cast):
    anna, site = await a_card(cast)
    ring = [[37.5, 55.7], [37.7, 55.7], [37.7, 55.8], [37.5, 55.8], [37.5, 55.7]]
    drawn = {"name": "Центр", "coordinates": [ring]}
    territory = await ok(await cast.sergei.post("/territories", drawn))
    await buys(cast, anna, LONG_AGO, site_id=UUID(site))

    due = await asked(cast, "due", DUE | {"by": "area"})

    assert [(one["key"], one["group"]["lost"]) for one in due["groups"]] == [(territory["id"], 1)]


@pytest.mark.covers("R115")
async def test_workers_are_compared_through_the_api_and_few_clients_judge_nobody(cast):
    anna, _ = await a_card(cast)
    await buys(cast, anna, LONG_AGO, worker_id=UUID(str(cast.rinat.id)))

    compared = await asked(cast, "workers", DUE)

    assert [(one["worker_id"], one["crude_bp"], one["stands"]) for one in compared["workers"]] == [
        (str(cast.rinat.id), 0, "too_few")
    ]


async def test_a_company_in_which_nothing_has_happened_has_empty_reports(cast):
    fixed = await asked(cast, "fixed", FIXED)
    due = await asked(cast, "due", DUE)

    assert (fixed["all"]["total"]["return_bp"], due["all"]["return_bp"]) == (None, None)
    assert (await asked(cast, "due/lost", DUE)) == {"items": [], "next_cursor": None}
    assert (await asked(cast, "workers", DUE))["workers"] == []


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("fixed", FIXED | {"returned_from": "2021-12-31"}, "periods_overlap"),
        ("fixed", FIXED | {"visited_to": "2021-01-01"}, "period_invalid"),
        ("due", {"from": "2022-01-01", "to": "2021-01-01"}, "period_invalid"),
        ("workers", {"from": "1900-01-01", "to": "2021-01-01"}, "period_invalid"),
        ("retention", {"from": "2022-01-01", "to": "2022-01-01", "loss_days": 30}, "period_invalid"),
    ],
)
async def test_periods_that_are_none_are_refused(cast, path, params, code):
    answer = await cast.olga.get(f"/crm/returns/{path}?{urlencode(params)}")

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.covers("R112")
async def test_retention_is_counted_as_other_products_count_it(cast):
    anna, _ = await a_card(cast)
    await buys(cast, anna, LONG_AGO)
    await buys(cast, anna, LONG_AGO + timedelta(days=40))

    found = await asked(cast, "retention", {"from": "2021-04-01", "to": "2021-05-01", "loss_days": 90})

    assert found["visited"] == {"since": "2021-01-01", "until": "2021-04-01"}
    assert found["all"]["total"]["return_bp"] == 10_000


async def test_reports_find_their_rows_by_an_index(cast):
    """Behind row-level security, as the application reads them."""
    days, today = (date(2022, 1, 1), date(2023, 1, 1)), date(2024, 1, 1)
    page = (*Filters(), losses.FIRST, 51)
    asked_for = {
        queries.FIXED: (*days, *days, "source"),
        queries.DUE: (*days, today, "source"),
        queries.CELLS: (*days, today),
        queries.QUALITY: (*days, today),
        losses.LOST_DUE: (*days, today, *page),
        losses.LOST_BETWEEN: (*days, *days, *page),
        losses.REASONS: ([], []),
        losses.WHY_LOST: (*days, today),
    }
    async with transaction(cast.maker, cast.company_id) as session:
        connection = await session.connection()
        await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, values in asked_for.items():
            plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", (cast.company_id, *values))

            assert [line for line in plan.scalars() if "Seq Scan" in line] == []
