"""Orders that are over with money open lie before the accountant until they are settled, whoever settles them."""

import pytest

from app.core.amounts import Amounts
from app.db.session import transaction
from app.documents.price_list.service import create_default_work_items
from app.orders.ledger.policies import OrderMoney
from app.orders.settlement.policies import (
    JobState,
    LastItem,
    Open,
    OrderFacts,
    is_over,
    needs_item,
    open_money,
)
from tests.field.test_acts import presented, signed
from tests.orders.given_estimates import agreed, order_id_of
from tests.stories import visit_in_progress

pytestmark = pytest.mark.covers("P-rel-20", "M12")

ONE_WORK = {"lines": [{"work_code": "window_install", "quantity": 1}]}


def facts(status="new", *jobs, at_plant=False, work=0, held=0) -> OrderFacts:
    money = OrderMoney(None, None, 0, work, Amounts(all=held), held, 0)
    return OrderFacts(7, status, [JobState(*job) for job in jobs], at_plant, money)


@pytest.mark.parametrize(
    ("order", "over"),
    [
        (facts("new"), False),
        (facts("prepaid", ("measurement", "closed")), False),
        (facts("new", ("service", "in_progress")), False),
        (facts("new", ("service", "completed")), True),
        (facts("new", ("service", "closed"), ("claim", "canceled")), True),
        (facts("new", ("service", "completed"), ("measurement", "new")), False),
        (facts("in_production", ("service", "completed"), at_plant=True), False),
        (facts("new", ("service", "canceled")), False),
        (facts("installation_planned", ("installation", "planned")), False),
        (facts("installed", ("installation", "completed")), True),
        (facts("handed_over", ("installation", "closed")), True),
        (facts("canceled"), True),
    ],
    ids=str,
)
def test_an_order_is_over_when_nothing_more_is_to_be_done(order, over):
    assert is_over(order) is over


@pytest.mark.parametrize(
    ("order", "money"),
    [
        (facts("canceled", held=500), Open(0, 500)),
        (facts("canceled"), None),
        (facts("handed_over", work=900), Open(900, 0)),
        (facts("handed_over", work=900, held=900), None),
        (facts("handed_over", work=900, held=1000), Open(0, 100)),
        (facts("prepaid", held=500), None),
    ],
    ids=str,
)
def test_what_is_owed_or_held_is_open_once_the_order_is_over(order, money):
    assert open_money(order) == money


@pytest.mark.parametrize(
    ("last", "needed"),
    [
        (None, True),
        (LastItem(Open(0, 500), is_open=True, is_done_by_somebody=False), False),
        (LastItem(Open(0, 400), is_open=True, is_done_by_somebody=False), True),
        (LastItem(Open(0, 500), is_open=False, is_done_by_somebody=True), False),
        (LastItem(Open(0, 500), is_open=False, is_done_by_somebody=False), True),
        (LastItem(Open(0, 400), is_open=False, is_done_by_somebody=True), True),
    ],
)
def test_an_item_stands_for_its_sums_and_is_not_asked_twice(last, needed):
    assert needs_item(Open(0, 500), last) is needed


@pytest.fixture
async def cast(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        await create_default_work_items(session, cast.company_id)
    return cast


async def inbox_of(cast, background, person=None, kind="order_unsettled"):
    await background.run()
    answer = await (person or cast.galina).get("/inbox?is_open=true")
    return [item for item in answer.json()["items"] if item["kind"] == kind]


async def sums(cast, background):
    found = await inbox_of(cast, background)
    return [(one["params"]["due_kop"], one["params"]["over_kop"]) for one in found]


async def refund(cast, order_id, amount_kop):
    body = {"amount_kop": amount_kop, "method": "cash", "reason": "Заказ отменён"}
    assert (await cast.galina.post(f"/orders/{order_id}/refunds", body)).status_code == 201


async def test_a_canceled_order_that_holds_money_waits_until_it_is_given_back(cast, background):
    visit = await visit_in_progress(cast)
    order_id = await order_id_of(cast, visit)
    await visit.done("payments", kind="prepayment", amount_kop=5_000_00, method="cash")
    await visit.done("complete")
    before = await sums(cast, background)

    await cast.olga.post(f"/orders/{order_id}/cancel", {"reason": "Передумали"})
    (item,) = await inbox_of(cast, background)
    await refund(cast, order_id, 2_000_00)
    part = await sums(cast, background)
    await refund(cast, order_id, 3_000_00)

    assert before == []
    assert item["subject_id"] == order_id
    assert "(отменён): расчёты не закрыты. Клиент должен 0,00" in item["title"]
    assert part == [(0, 3_000_00)]
    assert await sums(cast, background) == []
    assert await inbox_of(cast, background, cast.olga) == []


async def test_a_finished_order_that_owes_money_waits_until_it_is_paid(cast, background):
    visit = await visit_in_progress(cast, kind="installation")
    act = await signed(visit, await presented(visit, ONE_WORK))
    due_kop = act["content"]["due_kop"]
    await visit.done("complete")
    owed = await sums(cast, background)

    await visit.done("payments", kind="final", amount_kop=due_kop, method="sbp")

    assert owed == [(due_kop, 0)]
    assert await sums(cast, background) == []


async def test_another_job_makes_the_order_go_on_and_its_end_brings_the_item_back(cast, background):
    visit = await visit_in_progress(cast, kind="installation")
    order_id = await order_id_of(cast, visit)
    act = await signed(visit, await presented(visit, ONE_WORK))
    await visit.done("complete")
    owed = await sums(cast, background)
    job = (await cast.olga.get(f"/jobs/{visit.job_id}")).json()
    more = await cast.olga.post(
        "/jobs",
        {
            "job_type_id": str(cast.installation_type_id),
            "client_id": job["client"]["id"],
            "site_id": job["site"]["id"],
            "order_id": order_id,
        },
    )
    going_on = await sums(cast, background)

    canceled = await cast.olga.post(f"/jobs/{more.json()['id']}/cancel", {"reason": "Не нужно"})

    assert (more.status_code, canceled.status_code) == (201, 200)
    assert going_on == []
    assert owed == await sums(cast, background) == [(act["content"]["due_kop"], 0)]


async def test_what_the_accountant_has_marked_as_done_is_not_asked_again(cast, background):
    visit = await visit_in_progress(cast, kind="installation")
    await signed(visit, await presented(visit, ONE_WORK))
    await visit.done("complete")
    (item,) = await inbox_of(cast, background)

    await cast.galina.post(f"/inbox/{item['id']}/done")
    await visit.done("payments", kind="final", amount_kop=1_000_00, method="cash")
    paid_in_part = await sums(cast, background)
    (other,) = await inbox_of(cast, background)
    await cast.galina.post(f"/inbox/{other['id']}/done")
    async with transaction(cast.maker, cast.company_id) as session:
        await _say_again(session, cast, await order_id_of(cast, visit))

    assert paid_in_part == [(3_500_00, 0)]
    assert await sums(cast, background) == []


async def _say_again(session, cast, order_id):
    from app.contracts.dispatch import JobsOfOrderChanged
    from app.db.outbox import announce

    await announce(session, cast.company_id, JobsOfOrderChanged(order_id=order_id))


async def test_a_doubtful_payment_is_settled_by_what_makes_it_right(cast, background):
    """Paid before the act was signed: it was unexpected, and is what is owed when the act is signed."""
    visit = await visit_in_progress(cast, kind="installation")
    act = await presented(visit, ONE_WORK)
    due_kop = act["content"]["due_kop"]
    await visit.done("payments", kind="final", amount_kop=due_kop, method="cash", reason="Спешит")
    doubtful = await inbox_of(cast, background, kind="payment_doubtful")
    order_id = await order_id_of(cast, visit)

    await signed(visit, act)
    after_act = await inbox_of(cast, background, kind="payment_doubtful")
    again = {"kind": "final", "amount_kop": due_kop, "method": "cash", "reason": "Настоял"}
    await visit.done("payments", **again)
    twice = await inbox_of(cast, background, kind="payment_doubtful")
    await refund(cast, order_id, due_kop)

    assert (len(doubtful), after_act, len(twice)) == (1, [], 1)
    assert await inbox_of(cast, background, kind="payment_doubtful") == []


async def test_an_agreed_price_settles_what_was_too_much_without_it(cast, background):
    visit = await visit_in_progress(cast)
    order_id = await order_id_of(cast, visit)
    body = {"kind": "final", "amount_kop": 80_000_00, "method": "transfer", "reason": "Смета завтра"}
    assert (await cast.galina.post(f"/orders/{order_id}/payments", body)).status_code == 201
    before = await inbox_of(cast, background, kind="payment_doubtful")

    window = {"part": "goods", "name": "Окно", "unit": "pcs", "quantity": 1, "price_kop": 80_000_00}
    await agreed(cast, order_id, window)

    assert len(before) == 1
    assert await inbox_of(cast, background, kind="payment_doubtful") == []
