"""Money that workers take on site and the office refunds. Rows are only ever added."""

import asyncio
from datetime import timedelta

import pytest
from asyncpg import ForeignKeyViolationError
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.core.amounts import Amounts
from app.core.ids import uuid7
from app.db.outbox import OutboxEvent
from app.db.session import transaction
from app.db.work import begin_work
from app.documents.price_list.service import create_default_work_items
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.policies import OrderFacts, OrderState
from app.orders.jobs.models import Job
from app.orders.payments.policies import Balance, Money
from app.orders.payments.policies import refund as refund_of
from app.orders.payments.service import keep_payment
from tests.cast import NOON
from tests.conftest import CITUS
from tests.counting import asyncpg_statements
from tests.field.test_acts import an_installation, presented, signed
from tests.stories import BookedVisit, accepted_visit, tapped, visit_in_progress, visit_on_site

pytestmark = pytest.mark.covers("P-rel-20")

PREPAYMENT = {"kind": "prepayment", "amount_kop": 3_000_000, "method": "cash", "receipt_ref": "ФД 1201"}
FINAL = {"kind": "final", "amount_kop": 7_000_000, "method": "sbp", "reason": "Акт подпишут завтра"}
AGAIN = {"reason": "Ещё одно окно"}


async def order_of(cast, visit):
    async with transaction(cast.maker, cast.company_id) as session:
        job = await session.get_one(Job, (cast.company_id, visit.job_id))
        return await session.get_one(ClientOrder, (cast.company_id, job.order_id))


async def money_of(person, order):
    answer = await person.get(f"/orders/{order.id}/payments")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refund(person, order, amount_kop, **headers):
    body = {"amount_kop": amount_kop, "method": "cash", "reason": "Клиент передумал"}
    return await person.post(f"/orders/{order.id}/refunds", body, **headers)


@pytest.mark.covers("M4", "R178")
async def test_a_prepayment_is_recorded_with_its_method_and_moves_the_order(cast):
    visit = await visit_in_progress(cast)

    paid = await visit.done("payments", **PREPAYMENT)

    order = await order_of(cast, visit)
    assert (paid["kind"], paid["amount_kop"], paid["method"]) == ("prepayment", 3_000_000, "cash")
    assert (paid["receipt_ref"], paid["taken_by"]) == ("ФД 1201", str(cast.pavel.id))
    assert (order.status, order.prepaid_kop) == ("prepaid", 3_000_000)
    async with transaction(cast.maker, cast.company_id) as session:
        query = select(OutboxEvent.payload).where(OutboxEvent.kind == "field.payment_taken")
        assert list(await session.scalars(query)) == [
            {
                "payment_id": paid["id"],
                "order_id": str(order.id),
                "job_id": visit.job_id,
                "amount_kop": 3_000_000,
                "method": "cash",
            }
        ]


async def test_the_final_payment_is_no_prepayment(cast):
    visit = await visit_in_progress(cast)

    await visit.done("payments", **FINAL)

    order = await order_of(cast, visit)
    assert (order.status, order.prepaid_kop) == ("new", 0)
    assert (await money_of(cast.galina, order))["balance_kop"] == 7_000_000


async def test_a_hundred_million_roubles_fit(cast):
    visit = await visit_in_progress(cast)

    await visit.done("payments", **PREPAYMENT | {"amount_kop": 100_000_000_00})
    too_much = await visit.tap("payments", **PREPAYMENT | {"amount_kop": 100_000_000_01})

    assert (await money_of(cast.galina, await order_of(cast, visit)))["balance_kop"] == 100_000_000_00
    assert too_much.status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"amount_kop": 0},
        {"amount_kop": -100},
        {"amount_kop": 100.5},
        {"method": "barter"},
        {"kind": "refund"},
        {"currency": "RUB"},
    ],
)
async def test_a_payment_that_cannot_be_is_refused(cast, change):
    visit = await visit_in_progress(cast)

    answer = await visit.tap("payments", **PREPAYMENT | change)

    assert answer.status_code == 400


@pytest.mark.covers("P-rel-5")
async def test_a_payment_sent_many_times_at_once_is_one_payment(cast):
    visit = await visit_in_progress(cast)
    body = tapped(**PREPAYMENT)
    path = f"/field/visits/{visit.id}/payments"

    answers = await asyncio.gather(
        *[cast.pavel.post(path, body) for _ in range(10)],
        *[cast.pavel.post(path, body, idempotency_key="p-1") for _ in range(10)],
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await order_of(cast, visit)).prepaid_kop == 3_000_000


async def test_a_command_id_is_for_one_payment_only(cast):
    visit = await visit_in_progress(cast)
    body = tapped(**PREPAYMENT)
    await cast.pavel.post(f"/field/visits/{visit.id}/payments", body)

    changed = await cast.pavel.post(f"/field/visits/{visit.id}/payments", body | {"amount_kop": 1})

    assert (changed.status_code, changed.json()["code"]) == (422, "command_reused")


async def test_one_command_given_at_two_visits_at_once_is_one_payment(cast):
    here = await visit_in_progress(cast)
    there = await visit_in_progress(cast, worker=cast.nikolai)
    body = tapped(**PREPAYMENT)

    answers = await asyncio.gather(
        *[v.worker.post(f"/field/visits/{v.id}/payments", body) for v in (here, there) for _ in range(3)]
    )

    prepaid = [(await order_of(cast, visit)).prepaid_kop for visit in (here, there)]
    assert {answer.status_code for answer in answers} == {201, 422}
    assert sorted(prepaid) == [0, 3_000_000]


async def test_different_payments_at_once_all_count(cast):
    visit = await visit_in_progress(cast)

    await asyncio.gather(*[visit.done("payments", **PREPAYMENT | AGAIN) for _ in range(10)])

    order = await order_of(cast, visit)
    assert order.prepaid_kop == (await money_of(cast.olga, order))["prepaid_kop"] == 30_000_000


async def test_money_is_taken_on_site_and_after_but_not_before(cast):
    on_his_way = await accepted_visit(cast)
    there = await visit_on_site(cast, worker=cast.nikolai)

    before = await on_his_way.tap("payments", **PREPAYMENT)
    arrived = await there.tap("payments", **PREPAYMENT)
    await there.done("start")
    await there.done("complete")
    after = await there.tap("payments", **FINAL)

    assert (before.status_code, before.json()["code"]) == (409, "visit_not_at_work")
    assert (arrived.status_code, after.status_code) == (201, 201)


async def test_only_his_own_visit_takes_money(cast, other_cast):
    visit = await visit_in_progress(cast)
    path = f"/field/visits/{visit.id}/payments"

    assert (await cast.nikolai.post(path, tapped(**PREPAYMENT))).status_code == 404
    assert (await other_cast.pavel.post(path, tapped(**PREPAYMENT))).status_code == 404
    assert (await cast.olga.post(path, tapped(**PREPAYMENT))).status_code == 403


async def test_the_balance_counts_what_came_and_went(cast):
    visit = await visit_in_progress(cast)
    await visit.done("payments", **PREPAYMENT)
    await visit.done("payments", **FINAL)
    order = await order_of(cast, visit)

    answer = await refund(cast.galina, order, 2_000_000)
    money = await money_of(cast.galina, order)

    given_back = answer.json()
    assert (answer.status_code, given_back["kind"], given_back["visit_id"]) == (201, "refund", None)
    assert given_back["comment"] == "Клиент передумал"
    assert [one["kind"] for one in money["payments"]] == ["prepayment", "final", "refund"]
    assert {key: money[key] for key in money if key.endswith("_kop")} == {
        "prepaid_kop": 3_000_000,
        "final_kop": 7_000_000,
        "refunded_kop": 2_000_000,
        "balance_kop": 8_000_000,
    }


async def test_a_refund_eats_into_the_prepayment_only_when_nothing_else_is_left(cast):
    visit = await visit_in_progress(cast)
    await visit.done("payments", **PREPAYMENT)
    await visit.done("payments", **FINAL)
    order = await order_of(cast, visit)

    left = []
    for amount_kop in (6_000_000, 2_000_000, 2_000_000):
        assert (await refund(cast.sergei, order, amount_kop)).status_code == 201
        left.append((await order_of(cast, visit)).prepaid_kop)

    assert left == [3_000_000, 2_000_000, 0]
    assert (await order_of(cast, visit)).status == "new"  # a prepayment given back is none


async def test_more_than_is_held_is_not_given_back(cast):
    visit = await visit_in_progress(cast)
    await visit.done("payments", **PREPAYMENT)
    order = await order_of(cast, visit)

    too_much = await refund(cast.irina, order, 3_000_001)
    all_of_it = await refund(cast.irina, order, 3_000_000)
    nothing_left = await refund(cast.irina, order, 1)

    assert (too_much.status_code, too_much.json()["code"]) == (409, "refund_too_large")
    assert too_much.json()["params"] == {"balance_kop": 3_000_000}
    assert (all_of_it.status_code, nothing_left.status_code) == (201, 409)


async def test_of_twenty_refunds_at_once_only_what_is_held_goes_out(cast):
    visit = await visit_in_progress(cast)
    await visit.done("payments", **PREPAYMENT)
    order = await order_of(cast, visit)

    answers = await asyncio.gather(*[refund(cast.galina, order, 1_000_000) for _ in range(20)])

    statuses = [answer.status_code for answer in answers]
    money = await money_of(cast.galina, order)
    assert (statuses.count(201), statuses.count(409)) == (3, 17)
    assert (money["refunded_kop"], money["balance_kop"]) == (3_000_000, 0)
    assert (await order_of(cast, visit)).prepaid_kop == 0


async def test_a_refund_and_a_payment_at_once_keep_the_books_straight(cast):
    visit = await visit_in_progress(cast)
    await visit.done("payments", **PREPAYMENT)
    order = await order_of(cast, visit)

    await asyncio.gather(
        *[refund(cast.galina, order, 1_000_000) for _ in range(5)],
        *[visit.done("payments", **PREPAYMENT | AGAIN) for _ in range(5)],
    )

    money = await money_of(cast.galina, order)
    assert money["balance_kop"] == money["prepaid_kop"] - money["refunded_kop"] >= 0
    assert (await order_of(cast, visit)).prepaid_kop == money["balance_kop"]


async def test_the_same_refund_sent_twice_is_one(cast):
    visit = await visit_in_progress(cast)
    await visit.done("payments", **PREPAYMENT)
    order = await order_of(cast, visit)

    answers = await asyncio.gather(
        *[refund(cast.galina, order, 1_000_000, idempotency_key="r-1") for _ in range(5)]
    )

    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await money_of(cast.galina, order))["refunded_kop"] == 1_000_000


async def test_who_sees_money_and_who_gives_it_back(cast, other_cast):
    visit = await visit_in_progress(cast)
    await visit.done("payments", **PREPAYMENT)
    order = await order_of(cast, visit)

    assert (await refund(cast.olga, order, 1)).status_code == 403
    assert (await refund(cast.pavel, order, 1)).status_code == 403
    assert (await refund(other_cast.galina, order, 1)).status_code == 404
    assert (await cast.pavel.get(f"/orders/{order.id}/payments")).status_code == 403
    assert (await other_cast.galina.get(f"/orders/{order.id}/payments")).status_code == 404
    assert (await cast.galina.get(f"/orders/{uuid7()}/payments")).status_code == 404
    assert (await money_of(cast.olga, order))["balance_kop"] == 3_000_000


@pytest.mark.parametrize("statement", ["UPDATE payment SET amount_kop = 1", "DELETE FROM payment"])
async def test_the_database_lets_nobody_change_a_payment(cast, statement):
    visit = await visit_in_progress(cast)
    await visit.done("payments", **PREPAYMENT)

    async with transaction(cast.maker, cast.company_id) as session:
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with session.begin_nested():
                await session.execute(text(statement))


async def test_another_refusal_of_the_database_is_not_called_a_repeated_command(cast):
    nobodys = OrderState(uuid7(), "new", OrderFacts(False, False, 0, at_plant=[], installations=[]))
    balance = Balance(prepaid_kop=0, final_kop=1, refunded_kop=0)
    money = Money("refund", 1, "cash", "")
    outcome = refund_of(nobodys, balance, Amounts(all=1), [], money, reason="x", by=uuid7(), now=NOON)

    with pytest.raises(ForeignKeyViolationError):
        async with begin_work(cast.maker, cast.company_id) as work:
            keep_payment(work, outcome)


@pytest.mark.skipif(bool(CITUS), reason="there BEGIN, the company and each lock take their own")
async def test_a_payment_and_a_refund_take_four_round_trips_each(cast, engine):
    visit = await visit_in_progress(cast)
    order = await order_of(cast, visit)
    await visit.done("payments", **FINAL)
    await refund(cast.galina, order, 1)  # their accounts are remembered from now on

    with asyncpg_statements(engine) as taking:
        await visit.done("payments", **PREPAYMENT)
        await asyncio.sleep(0)
    with asyncpg_statements(engine) as giving_back:
        await refund(cast.galina, order, 1, idempotency_key="r-1")
        await asyncio.sleep(0)  # what is sent is noted a moment later

    assert (len(taking), len(giving_back)) == (4, 4)


async def inbox_of(person, kind="payment_doubtful"):
    answer = await person.get("/inbox?is_open=true")
    return [item for item in answer.json()["items"] if item["kind"] == kind]


async def owing(cast) -> tuple[BookedVisit, int]:
    """A visit whose act the client has signed, and what he owes for it."""
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    visit = await an_installation(cast)
    act = await signed(visit, await presented(visit))
    return visit, act["content"]["due_kop"]


@pytest.mark.covers("M31")
async def test_a_sum_that_does_not_fit_is_refused_with_what_is_due_and_taken_with_a_reason(cast):
    visit, due_kop = await owing(cast)
    body = tapped(kind="final", amount_kop=due_kop * 100, method="cash")
    path = f"/field/visits/{visit.id}/payments"

    refused = await visit.worker.post(path, body)
    kept_by_phone = await visit.worker.post(path, body | {"reason": "Платит и за соседа"})
    again = await visit.worker.post(path, body | {"reason": "Платит и за соседа"})

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "payment_unexpected")
    assert problem["params"] == {
        "amount_kop": due_kop * 100,
        "due_kop": due_kop,
        "doubts": ["more_than_due"],
    }
    assert "9\N{NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}₽" in problem["detail"]
    assert "больше, чем клиент должен" in problem["detail"]
    paid = kept_by_phone.json()
    assert (kept_by_phone.status_code, paid["doubts"]) == (201, ["more_than_due"])
    assert paid["comment"] == "Платит и за соседа"
    assert again.json() == paid
    for person in (cast.galina, cast.irina, cast.sergei):
        (item,) = await inbox_of(person)
        assert item["params"]["payment_id"] == paid["id"]
        assert item["title"].startswith("Проверьте платёж 900\N{NO-BREAK SPACE}000,00")
    assert await inbox_of(cast.olga) == await inbox_of(visit.worker) == []


@pytest.mark.covers("M31")
async def test_what_fits_is_taken_without_a_word(cast):
    visit, due_kop = await owing(cast)

    part = await visit.done("payments", kind="final", amount_kop=due_kop - 1_000_00, method="cash")
    rest = await visit.done("payments", kind="final", amount_kop=1_000_00, method="sbp")

    assert part["doubts"] == rest["doubts"] == await inbox_of(cast.galina) == []


@pytest.mark.covers("M31")
async def test_the_same_sum_again_needs_a_reason_each_time_until_the_day_is_over(cast, clock):
    visit = await visit_in_progress(cast)
    await visit.done("payments", **PREPAYMENT)

    again = await visit.tap("payments", **PREPAYMENT)
    by_card = await visit.tap("payments", **PREPAYMENT | {"method": "card"})
    told = await visit.done("payments", **PREPAYMENT, reason="Второе окно")
    third = await visit.tap("payments", **PREPAYMENT)
    clock.advance(hours=25)
    next_day = await visit.tap("payments", **PREPAYMENT | {"occurred_at": clock.now().isoformat()})

    assert [one.json()["code"] for one in (again, by_card, third)] == ["payment_unexpected"] * 3
    assert again.json()["params"]["doubts"] == by_card.json()["params"]["doubts"] == ["repeated_sum"]
    assert told["doubts"] == ["repeated_sum"]
    assert next_day.status_code == 201


@pytest.mark.covers("M29", "M31")
async def test_money_of_a_phone_without_network_is_recorded_and_shown(cast, clock):
    """It was taken hours ago, perhaps on an order that is canceled since: refused, it would be in no book."""
    visit = await visit_in_progress(cast)
    taken_at = clock.now()
    await visit.done("complete")
    order = await order_of(cast, visit)
    canceled = await cast.olga.post(f"/orders/{order.id}/cancel", {"reason": "Передумали"})
    now = clock.advance(hours=3)
    late = {"occurred_at": taken_at.isoformat(), "sent_at": now.isoformat()}

    at_once = await visit.tap("payments", **PREPAYMENT, occurred_at=now.isoformat(), reason="Просил")
    offline = await visit.done("payments", **PREPAYMENT | late)
    same_sum = await visit.done("payments", **PREPAYMENT | late)

    assert canceled.status_code == 200
    assert (at_once.status_code, at_once.json()["code"]) == (409, "order_canceled")
    assert offline["doubts"] == ["on_canceled_order"]
    assert same_sum["doubts"] == ["on_canceled_order", "repeated_sum"]
    assert len(await inbox_of(cast.galina)) == 2
    assert (await money_of(cast.galina, order))["balance_kop"] == 6_000_000


BOOKED = {"kind": "prepayment", "amount_kop": 2_500_000, "method": "transfer", "receipt_ref": "п/п 318"}


async def book(person, order, **changes):
    return await person.post(f"/orders/{order.id}/payments", BOOKED | changes)


@pytest.mark.covers("M31")
async def test_the_office_books_a_transfer(cast, clock):
    visit = await visit_in_progress(cast)
    order = await order_of(cast, visit)
    paid_at = (clock.now() - timedelta(days=1)).isoformat()

    booked = await book(cast.galina, order, paid_at=paid_at)
    again = await book(cast.galina, order, paid_at=paid_at)
    future = await book(cast.galina, order, paid_at=(clock.now() + timedelta(hours=1)).isoformat())

    payment = booked.json()
    assert (booked.status_code, payment["visit_id"], payment["pays_for"]) == (201, None, "goods")
    assert payment["taken_by"] == str(cast.galina.id)
    assert (again.status_code, again.json()["code"]) == (409, "payment_unexpected")
    assert (future.status_code, future.json()["code"]) == (422, "paid_in_future")
    assert (await money_of(cast.olga, order))["balance_kop"] == 2_500_000
    assert (await order_of(cast, visit)).prepaid_kop == 2_500_000


@pytest.mark.covers("M31")
async def test_a_canceled_order_takes_no_money_except_a_transfer_that_has_come(cast):
    visit = await visit_in_progress(cast)
    await visit.done("complete")
    order = await order_of(cast, visit)
    await cast.olga.post(f"/orders/{order.id}/cancel", {"reason": "Передумали"})

    cash = await book(cast.galina, order, method="cash", reason="Принёс в офис")
    bare = await book(cast.galina, order)
    told = await book(cast.galina, order, reason="Банк зачислил после отмены, вернём")

    assert [answer.json().get("code") for answer in (cash, bare)] == ["order_canceled"] * 2
    assert (told.status_code, told.json()["doubts"]) == (201, ["on_canceled_order"])
    assert len(await inbox_of(cast.galina)) == 1


@pytest.mark.covers("M36")
async def test_who_books_money(cast, other_cast):
    order = await order_of(cast, await visit_in_progress(cast))

    assert (await book(cast.olga, order)).status_code == 403
    assert (await book(cast.pavel, order)).status_code == 403
    assert (await book(other_cast.galina, order)).status_code == 404
    assert (await book(cast.sergei, order)).status_code == 201
