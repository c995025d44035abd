"""What the act says of money when the order has a contract, and what its signature charges."""

from datetime import timedelta

import pytest

from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from app.documents.rewards.models import Reward
from app.orders.jobs.models import Job
from tests.field.phone import Phone
from tests.field.test_acts import TOMORROW, an_installation, presented, rows, sign, signed
from tests.orders.given_estimates import FITTING, WINDOWS, agreed, drafted, money_of, order_id_of

pytestmark = pytest.mark.covers("P-rel-20", "M10")

TWO = {"lines": [{"work_code": "window_install", "quantity": 2}]}
PREPAYMENT = {"kind": "prepayment", "amount_kop": 50_000_00, "method": "card"}


@pytest.fixture(autouse=True)
async def _price_list(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)


async def under_contract(cast, *lines, **fields):
    """Rinat is at work for an order of 80,000 roubles, of which 9,000 are his work."""
    visit = await an_installation(cast)
    order_id = await order_id_of(cast, visit)
    await agreed(cast, order_id, *lines, **fields)
    return visit, order_id


def said(act, *names):
    return {name: act["content"][f"{name}_kop"] for name in names}


async def test_the_act_shows_contract_paid_before_this_act_and_still_due(cast):
    visit, order_id = await under_contract(cast)
    await visit.done("payments", **PREPAYMENT)

    act = await presented(visit, TWO)
    await signed(visit, act)

    assert act["content"]["contract_number"] == 1
    assert said(act, "contract", "contract_goods", "contract_work") == {
        "contract": 80_000_00,
        "contract_goods": 71_000_00,
        "contract_work": 9_000_00,
    }
    assert said(act, "paid", "paid_goods", "total", "prepaid", "beyond") == {
        "paid": 50_000_00,
        "paid_goods": 50_000_00,
        "total": 9_000_00,
        "prepaid": 0,
        "beyond": 0,
    }
    assert said(act, "due", "due_goods", "due_work") == {
        "due": 30_000_00,
        "due_goods": 21_000_00,
        "due_work": 9_000_00,
    }
    money = await money_of(cast, order_id)
    assert (money["charged_kop"], money["due_kop"]) == (80_000_00, 30_000_00)


async def test_an_advance_for_everything_pays_for_the_fitting(cast):
    visit, _ = await under_contract(cast, advance_pays_for="all")
    await visit.done("payments", **PREPAYMENT)

    act = await presented(visit, TWO)

    assert said(act, "prepaid", "due", "due_goods", "due_work") == {
        "prepaid": 9_000_00,
        "due": 30_000_00,
        "due_goods": 30_000_00,
        "due_work": 0,
    }


async def test_work_beyond_the_contract_is_charged_on_top(cast):
    visit, order_id = await under_contract(cast)

    act = await presented(visit, {"lines": [*TWO["lines"], {"work_code": "slopes", "quantity": 1}]})
    await signed(visit, act)

    money = await money_of(cast, order_id)
    assert [line["by_contract"] for line in act["content"]["lines"]] == [True, False]
    assert said(act, "total", "beyond", "charged", "due") == {
        "total": 12_800_00,
        "beyond": 3_800_00,
        "charged": 83_800_00,
        "due": 83_800_00,
    }
    assert (money["work_kop"], money["due_kop"]) == (12_800_00, 83_800_00)


async def test_agreed_work_is_acted_at_the_agreed_price(cast):
    discounted = FITTING | {"discount_percent": 10, "reason": "Акция"}
    visit, _ = await under_contract(cast, WINDOWS, discounted)
    items = (await cast.irina.get("/work-items")).json()["items"]
    item = next(one for one in items if one["code"] == "window_install")
    await cast.irina.patch(f"/work-items/{item['id']}", {"price_kop": 9_999_00}, if_match='"1"')

    act = await presented(visit, TWO)

    (line,) = act["content"]["lines"]
    assert (line["price_kop"], line["discount_kop"], line["sum_kop"]) == (4_500_00, 900_00, 8_100_00)
    assert said(act, "total", "beyond") == {"total": 8_100_00, "beyond": 0}


async def test_prices_that_change_after_the_showing_are_not_those_that_are_signed(cast):
    visit = await an_installation(cast)
    act = await presented(visit, TWO)
    items = (await cast.irina.get("/work-items")).json()["items"]
    for item in items:
        await cast.irina.patch(f"/work-items/{item['id']}", {"price_kop": 1}, if_match='"1"')

    assert (await signed(visit, act))["total_kop"] == 9_000_00


async def test_a_contract_agreed_after_the_showing_is_shown_first(cast):
    visit = await an_installation(cast)
    order_id = await order_id_of(cast, visit)
    before = await presented(visit, TWO)
    await agreed(cast, order_id)
    first_stale = await sign(visit, before)
    shown = await presented(visit, TWO)
    await agreed(cast, order_id, WINDOWS | {"quantity": 1}, FITTING)

    second_stale = await sign(visit, shown)
    act = await presented(visit, TWO)

    assert [one.json()["code"] for one in (first_stale, second_stale)] == ["act_changed"] * 2
    assert (await signed(visit, act))["content"]["contract_kop"] == 44_500_00


async def test_a_draft_changes_nothing_on_the_act(cast):
    visit = await an_installation(cast)
    await drafted(cast, await order_id_of(cast, visit))

    act = await presented(visit, TWO)

    assert (act["content"]["contract_number"], act["content"]["due_kop"]) == (None, 9_000_00)


async def another_installation(cast, first):
    """Another visit of the same order, at work as well."""
    second = await an_installation(cast, starts_at=TOMORROW + timedelta(days=1))
    async with transaction(cast.maker, cast.company_id) as session:
        job = await session.get_one(Job, (cast.company_id, second.job_id))
        job.order_id = (await session.get_one(Job, (cast.company_id, first.job_id))).order_id
    return second


async def test_two_acts_of_one_contract_take_its_work_once(cast):
    first, order_id = await under_contract(cast)
    second = await another_installation(cast, first)
    one = {"lines": [{"work_code": "window_install", "quantity": 1}]}

    await signed(first, await presented(first, one))
    rest = await presented(second, TWO)
    await signed(second, rest)

    assert [(line["sum_kop"], line["by_contract"]) for line in rest["content"]["lines"]] == [
        (4_500_00, True),
        (4_500_00, False),
    ]
    assert (await money_of(cast, order_id))["work_kop"] == 13_500_00


async def test_two_acts_drawn_up_before_either_is_signed_take_its_work_once(cast):
    first, order_id = await under_contract(cast)
    second = await another_installation(cast, first)
    acts = [await presented(visit, TWO) for visit in (first, second)]
    await signed(first, acts[0])

    twice = await sign(second, acts[1])
    anew = await presented(second, TWO)

    assert (twice.status_code, twice.json()["code"]) == (409, "act_changed")
    assert [line["by_contract"] for line in anew["content"]["lines"]] == [False], "nothing is left of it"
    assert {str(one.act_id) for one in await rows(cast, Reward)} == {acts[0]["id"]}
    assert (await money_of(cast, order_id))["work_kop"] == 9_000_00


async def test_no_act_is_drawn_up_ahead_where_another_visit_may_do_the_work(cast):
    first, _ = await under_contract(cast)
    second = await another_installation(cast, first)
    ahead = TWO | {"is_ahead": True}

    def told(answer):
        return (answer.status_code, answer.json().get("code"))

    async def asked():
        return told(await second.worker.post(f"/field/visits/{second.id}/act", ahead))

    while_open = await asked()
    act = await presented(first, TWO)
    await first.done("complete")
    while_unsigned = await asked()
    await signed(first, act)
    alone = await asked()

    assert (while_open, while_unsigned, alone) == (
        (409, "work_is_shared"),
        (409, "work_is_shared"),
        (201, None),
    )


@pytest.mark.parametrize(("includes_acts", "charged"), [(True, 80_000_00), (False, 89_000_00)])
async def test_a_contract_says_whether_it_contains_what_was_acted_before(cast, includes_acts, charged):
    visit = await an_installation(cast)
    order_id = await order_id_of(cast, visit)
    await signed(visit, await presented(visit, TWO))

    estimate = await agreed(cast, order_id, includes_acts=includes_acts)

    assert estimate["included_kop"] == (9_000_00 if includes_acts else 0)
    assert (await money_of(cast, order_id))["charged_kop"] == charged


async def test_a_phone_knows_what_of_the_contract_no_act_has_taken(cast):
    """Lines of one code are one, goods are no work, and an act of another visit takes from it as well."""
    sill = {"part": "work", "work_code": "sill", "quantity": 4}
    hand = {"part": "work", "name": "Подъём на этаж", "unit": "pcs", "quantity": 1, "price_kop": 1_000_00}
    visit = await an_installation(cast)
    phone = Phone(cast.rinat)

    async def shown(name):
        await phone.pull()
        on_phone = phone.items["visits"][visit.id][name]
        assert on_phone == (await visit.screen())[name]
        return on_phone

    async def left():
        return {one["work_code"]: (one["quantity"], one["unit"]) for one in await shown("agreed_works")}

    assert (await left(), await shown("contract_number")) == ({}, None)
    await agreed(
        cast, await order_id_of(cast, visit), WINDOWS, FITTING, FITTING | {"quantity": 1}, sill, hand
    )
    assert await left() == {"window_install": (3, "pcs"), "sill": (4, "pcs")}
    act = await presented(visit, TWO)
    assert len(await left()) == 2, "nobody has signed it"
    assert await shown("contract_number") == act["content"]["contract_number"] == 1
    await signed(visit, act)
    assert await left() == {"window_install": (1, "pcs"), "sill": (4, "pcs")}


@pytest.mark.parametrize("includes_acts", [True, False])
async def test_a_contract_that_includes_acts_begins_where_they_ended(cast, includes_acts):
    visit = await an_installation(cast)
    await signed(visit, await presented(visit, TWO))

    await agreed(
        cast, await order_id_of(cast, visit), WINDOWS, FITTING | {"quantity": 3}, includes_acts=includes_acts
    )

    [left] = (await visit.screen())["agreed_works"]
    assert left["quantity"] == (1 if includes_acts else 3)
