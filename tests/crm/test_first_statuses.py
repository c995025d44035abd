"""The base from before: each client gets a status by the rules, people look at it, and nobody is touched until then."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.clients.tables import Site
from app.crm.facts.values import FactKind
from app.crm.first_statuses.policies import Doubt, find_doubts
from app.crm.first_statuses.queries import find_held
from app.db.session import transaction
from tests.crm.given import a_booked_job, a_card, act_is_signed, money_is_taken, ok, price_list, work_begins
from tests.crm.lives import Facts, at, some_rules
from tests.crm.plans import CALL, released, touches
from tests.crm.test_statuses import news_of, status_of, steps_of


def known() -> Facts:
    facts = Facts()
    facts.add(FactKind.CLIENT_KNOWN, 0)
    facts.add(FactKind.CONTACT_USABLE, 0)
    return facts


def a_buyer() -> Facts:
    facts = known()
    facts.bought(10)
    return facts


def paid_without_act(facts: Facts) -> None:
    facts.paid(20, UUID(int=77))


def act_without_money(facts: Facts) -> None:
    facts.act(20, "net")


def unknown_work(facts: Facts) -> None:
    order = facts.act(20, "net")
    facts[-1] = facts[-1]._replace(categories=())
    facts.paid(20, order)


def forgotten_order(facts: Facts) -> None:
    facts.booked(20)


def lost_contact(facts: Facts) -> None:
    facts.add(FactKind.CONTACT_LOST, 20, source=facts[1].source_id)


@pytest.mark.covers("R2")
@pytest.mark.parametrize(
    ("happens", "doubt"),
    [
        (paid_without_act, Doubt.PAID_WITHOUT_ACT),
        (act_without_money, Doubt.ACT_WITHOUT_MONEY),
        (unknown_work, Doubt.ACT_WITHOUT_CATEGORY),
        (forgotten_order, Doubt.OPEN_FOR_LONG),
        (lost_contact, Doubt.NOT_REACHABLE),
    ],
)
def test_a_fact_that_is_missing_or_wrong_is_a_doubt(happens, doubt):
    facts = a_buyer()
    sure = find_doubts(facts, some_rules(), now=at(500))

    happens(facts)

    assert sure == []
    assert find_doubts(facts, some_rules(), now=at(500)) == [doubt]


@pytest.mark.covers("R2")
def test_what_is_young_open_or_given_back_is_no_doubt():
    facts = a_buyer()
    prepaid = facts.booked(300)
    facts.paid(300, prepaid)
    facts.paid(20, UUID(int=78))
    facts.refunded(30, UUID(int=78))

    assert find_doubts(facts, some_rules(), now=at(500)) == []
    assert find_doubts(known(), some_rules(), now=at(500)) == [Doubt.NOTHING_KNOWN]
    assert find_doubts(facts, some_rules(), now=at(5)) == [Doubt.NOTHING_KNOWN]


async def installed(cast, clock, client, *, is_paid: bool) -> None:
    starts_at = (clock.now() + timedelta(days=1)).replace(hour=7, minute=0)
    visit = await a_booked_job(cast, *client, starts_at=starts_at)
    await work_begins(visit, clock.now())
    await act_is_signed(visit, clock.now())
    if is_paid:
        await money_is_taken(visit, clock.now())
    await visit.done("complete", at=clock.now())


async def touchable(cast, client_id) -> bool:
    async with transaction(cast.maker, cast.company_id) as session:
        return not await find_held(session, cast.company_id, [UUID(client_id)])


@pytest.fixture
async def the_base(cast, clock, background):
    """Anna has bought, Boris has an act without money, of Vera there is a card. Nobody has listened to any of it."""
    await price_list(cast)
    anna = await a_card(cast)
    boris = await a_card(cast, name="Борис", contacts=[{"kind": "phone", "value": "+79031112233"}])
    vera = await a_card(cast, name="Вера", contacts=[])
    await installed(cast, clock, anna, is_paid=True)
    clock.advance(days=20)
    await installed(cast, clock, boris, is_paid=False)
    await ok(await cast.irina.post("/crm/first-assignments"), 202)
    await background.sweep("base_pass")
    return anna[0], boris[0], vera[0]


async def site_of(cast, client_id) -> str:
    async with transaction(cast.maker, cast.company_id) as session:
        found = await session.scalar(select(Site.id).where(Site.client_id == UUID(client_id)))
    return str(found)


async def assignment(cast):
    found = (await ok(await cast.olga.get("/crm/first-assignments")))["items"]
    return found[0]


@pytest.mark.covers("R2")
async def test_after_the_take_over_every_client_has_a_status_and_the_doubtful_are_looked_at_first(
    cast, the_base
):
    anna, boris, vera = the_base

    found = await assignment(cast)
    path = f"/crm/first-assignments/{found['id']}"
    review = await ok(await cast.olga.get(path))
    first = await ok(await cast.olga.get(f"{path}/clients?limit=2"))
    rest = await ok(await cast.olga.get(f"{path}/clients?limit=2&cursor={first['next_cursor']}"))

    assert {
        name: found[name] for name in ("clients", "doubtful", "open_doubts", "confirmed", "is_running")
    } == {
        "clients": 3,
        "doubtful": 2,
        "open_doubts": 2,
        "confirmed": 0,
        "is_running": False,
    }
    assert [(one["status"], one["clients"], one["doubtful"]) for one in review["groups"]] == [
        ("newcomer", 1, 0),
        ("target", 2, 2),
    ]
    assert {one["client_id"] for one in review["groups"][1]["samples"]} == {boris, vera}
    assert {one["doubt"]: one["clients"] for one in review["doubts"] if one["clients"]} == {
        "act_without_money": 1,
        "nothing_known": 1,
    }
    shown = [*first["items"], *rest["items"]]
    assert [one["client_id"] for one in shown] == [*sorted([boris, vera]), anna]
    assert (bool(shown[2]["reason_text"]), shown[2]["doubts"]) == (True, [])
    of_boris = next(one for one in shown if one["client_id"] == boris)
    assert "оплат" in of_boris["doubts"][0]["text"]


@pytest.mark.covers("R2")
async def test_nobody_of_the_base_is_touched_until_a_person_releases_it_unless_he_comes_himself(
    cast, background, the_base
):
    anna, boris, _ = the_base
    request = {"channel": "phone", "phone": "+79031112233"}
    path = f"/crm/first-assignments/{(await assignment(cast))['id']}/release"
    told = await news_of(cast)
    before = [await touchable(cast, one) for one in (anna, boris)]
    await ok(await cast.marina.post("/requests", request, idempotency_key="r1"))
    await background.sweep("relay", "delivery")
    asked = [await touchable(cast, one) for one in (anna, boris)]

    refused = await cast.olga.post(path, {"comment": "Проверили"})
    released = await ok(await cast.irina.post(path, {"comment": "Проверили"}))
    again = await ok(await cast.irina.post(path, {"comment": "Ещё раз"}))

    assert (told, before, asked) == ([], [False, False], [False, True])
    assert refused.status_code == 403
    assert released["assignment"]["released_by"] == str(cast.irina.id)
    assert again["assignment"]["comment"] == "Проверили"
    assert await touchable(cast, anna)


@pytest.mark.covers("R2")
async def test_an_occasion_touches_the_base_only_after_its_release(cast, background, clock, the_base):
    anna = the_base[0]
    plan = await released(cast.sergei, {"code": "call", "task": CALL}, audience={"trigger": "occasion"})
    path = f"/crm/first-assignments/{(await assignment(cast))['id']}/release"

    async def touched_on(day) -> int:
        body = {"name": f"Выставка {day}", "on_day": day, "plan_id": plan["id"]}
        await ok(await cast.sergei.post("/crm/occasions", body))
        clock.advance(days=1)
        await background.run()
        return len(await touches(cast.olga, anna))

    before = await touched_on("2026-03-23")
    await ok(await cast.irina.post(path, {"comment": "Проверили"}))

    assert (before, await touched_on("2026-03-24")) == (0, 1)


@pytest.mark.covers("R2")
async def test_a_person_confirms_a_client_or_adds_the_fact_that_is_missing_and_the_status_follows(
    cast, clock, the_base
):
    anna, _, vera = the_base
    path = f"/crm/first-assignments/{(await assignment(cast))['id']}/clients"
    was = await status_of(cast, vera)
    bought = {"on": "2020-06-15", "category": "window_install", "amount_kop": 85_000_00}
    bought["site_id"] = await site_of(cast, vera)
    noted = await ok(
        await cast.olga.post(f"/crm/clients/{vera}/past-purchases", bought, idempotency_key="p1")
    )
    steps = await steps_of(cast, vera)
    confirmed = await ok(await cast.olga.post(f"{path}/{vera}/confirm", {"note": "По тетради"}))
    left = await ok(await cast.olga.get(f"{path}?is_confirmed=false"))
    withdrawn = await cast.olga.post(f"/crm/clients/{vera}/past-purchases/{noted['id']}/withdraw")

    assert was == "target"
    assert [status for status, _ in steps] == ["newcomer", "dormant"]
    assert (confirmed["confirmed_by"], confirmed["doubts"]) == (str(cast.olga.id), ["not_reachable"])
    assert vera not in [one["client_id"] for one in left["items"]]
    assert len(left["items"]) == 2
    assert (withdrawn.status_code, await status_of(cast, vera)) == (204, "target")
    assert await news_of(cast) == []
    assert not await touchable(cast, vera)
    assert await status_of(cast, anna) == "newcomer"


@pytest.mark.covers("R2")
async def test_a_past_purchase_that_is_impossible_is_refused(cast, the_base):
    anna, path = the_base[0], f"/crm/clients/{the_base[0]}/past-purchases"
    wrong = {"on": "2031-01-01", "category": "window_install", "amount_kop": 1_00}
    wrong["site_id"] = await site_of(cast, anna)
    of_boris = {"on": "2020-01-01", "site_id": await site_of(cast, the_base[1])}

    ahead = await cast.olga.post(path, wrong, idempotency_key="p1")
    unsold = await cast.olga.post(
        path, wrong | {"on": "2020-01-01", "category": "measurement"}, idempotency_key="p2"
    )
    elsewhere = await cast.olga.post(path, wrong | of_boris, idempotency_key="p3")
    unknown = await cast.olga.post(f"{path}/{anna}/withdraw")
    stranger = await cast.olga.post(f"/crm/first-assignments/{anna}/clients/{anna}/confirm", {})

    assert (ahead.status_code, ahead.json()["errors"][0]["code"]) == (422, "past_purchase_day_impossible")
    assert unsold.json()["errors"][0]["code"] == "past_purchase_category_unknown"
    assert [one.status_code for one in (elsewhere, unknown, stranger)] == [404, 404, 404]
