"""Decisions about money as tables of cases: facts in; a refusal, or what is written, out. No database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.core.amounts import Amounts
from app.core.errors import DomainError
from app.field.payments.policies import TakeFacts, take
from app.orders.client_orders.policies import OrderFacts, OrderState
from app.orders.ledger.policies import OrderMoney
from app.orders.payments.plausibility import Expected
from app.orders.payments.policies import Balance, Money, Outcome, part_paid_for, refund

pytestmark = pytest.mark.covers("P-rel-20")

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOW, AN_HOUR = timedelta(), timedelta(hours=1)

PAVEL, COMMAND = uuid4(), uuid4()
NO_MONEY = OrderMoney(None, None, 0, 0, Amounts(), 0, 0)
PREPAYMENT = Money("prepayment", 300, "cash", "ФД 1201")
FINAL = Money("final", 700, "sbp", "")


def an_order(prepaid_kop: int = 0, status: str = "new") -> OrderState:
    facts = OrderFacts(
        is_canceled=status == "canceled",
        is_measured=False,
        prepaid_kop=prepaid_kop,
        at_plant=[],
        installations=[],
    )
    return OrderState(uuid4(), status, facts)


def taken(
    money=PREPAYMENT, order=None, visit_status="in_progress", visit_id=None, ago=timedelta()
) -> Outcome:
    order = order or an_order()
    expected = Expected(1, order.status == "canceled", NO_MONEY, is_repeated=False, invoices=[])
    facts = TakeFacts(visit_id or uuid4(), visit_status, uuid4(), "measurement", order, expected)
    at = NOON - ago
    return take(facts, money, reason="Так и есть", command_id=COMMAND, by=PAVEL, taken_at=at, now=NOON)


def given_back(amount_kop, *, balance, order) -> Outcome:
    money = Money("refund", amount_kop, "cash", "")
    held = Amounts(goods=balance.prepaid_left_kop, all=balance.balance_kop - balance.prepaid_left_kop)
    return refund(order, balance, held, [], money, reason="Клиент передумал", by=PAVEL, now=NOON)


def order_after(outcome: Outcome) -> dict:
    """The new values of the order's row."""
    (update,) = [one for one in outcome.changes if one.table == "client_order"] or [None]
    return dict(update.to) if update else {}


def news_of(outcome: Outcome) -> list[str]:
    return [event.kind for event in outcome.news]


def refusal_of(call) -> str | None:
    try:
        call()
    except DomainError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("money", "order", "ago", "becomes", "news"),
    [
        (
            PREPAYMENT,
            an_order(),
            NOW,
            {"prepaid_kop": 300, "status": "prepaid"},
            ["dispatch.order_advanced"],
        ),
        (PREPAYMENT, an_order(100, "prepaid"), NOW, {"prepaid_kop": 400}, []),
        (PREPAYMENT, an_order(0, "canceled"), AN_HOUR, {"prepaid_kop": 300}, ["dispatch.inbox_item_added"]),
        (FINAL, an_order(), NOW, {}, ["dispatch.inbox_item_added"]),
    ],
)
def test_a_payment_moves_its_order_as_far_as_a_prepayment_does(money, order, ago, becomes, news):
    outcome = taken(money, order, ago=ago)

    assert outcome.changes[0].row == outcome.payment._asdict()
    assert outcome.payment.money._replace(pays_for=None) == money
    assert order_after(outcome) == becomes
    assert news_of(outcome) == [*news, "field.payment_taken"]


@pytest.mark.parametrize(
    ("kind", "said", "job_kind", "pays_for"),
    [
        ("prepayment", None, "measurement", "goods"),
        ("prepayment", None, "installation", "goods"),
        ("prepayment", None, "delivery", "goods"),
        ("prepayment", None, "service", "all"),
        ("prepayment", None, "claim", "all"),
        ("prepayment", "work", "measurement", "work"),
        ("prepayment", "goods", "service", "goods"),
        ("final", None, "installation", "all"),
        ("final", "goods", "installation", "goods"),
    ],
)
def test_what_a_payment_pays_for_is_said_or_follows_from_its_kind(kind, said, job_kind, pays_for):
    assert (
        part_paid_for(Money(kind, 300, "cash", "", said), job_kind=job_kind, advance_pays_for=None)
        == pays_for
    )


def test_an_order_is_written_only_as_it_was_read():
    order = an_order(100, "prepaid")

    *_, update = taken(order=order).changes

    assert update.where == {"id": order.id, "status": "prepaid", "prepaid_kop": 100}
    assert update.expected == 1


@pytest.mark.parametrize(
    ("visit_status", "code"),
    [
        ("planned", "visit_not_at_work"),
        ("accepted", "visit_not_at_work"),
        ("en_route", "visit_not_at_work"),
        ("on_site", None),
        ("in_progress", None),
        ("paused", None),
        ("completed", None),
        ("partially_completed", None),
        ("not_completed", None),
        ("canceled", "visit_not_at_work"),
    ],
)
def test_money_is_taken_by_whoever_is_there_or_was(visit_status, code):
    assert refusal_of(lambda: taken(visit_status=visit_status)) == code


@pytest.mark.parametrize(
    ("balance", "held", "prepaid_left"),
    [
        (Balance(0, 0, 0), 0, 0),
        (Balance(300, 700, 0), 1000, 300),
        (Balance(300, 700, 700), 300, 300),
        (Balance(300, 700, 701), 299, 299),
        (Balance(300, 700, 1000), 0, 0),
    ],
)
def test_the_last_money_in_is_the_first_to_go_back(balance, held, prepaid_left):
    assert (balance.balance_kop, balance.prepaid_left_kop) == (held, prepaid_left)


@pytest.mark.parametrize(
    ("amount_kop", "balance", "order", "becomes"),
    [
        (700, Balance(300, 700, 0), an_order(300, "prepaid"), {}),
        (800, Balance(300, 700, 0), an_order(300, "prepaid"), {"prepaid_kop": 200}),
        (300, Balance(300, 700, 700), an_order(300, "prepaid"), {"prepaid_kop": 0, "status": "new"}),
        (300, Balance(300, 0, 0), an_order(300, "canceled"), {"prepaid_kop": 0}),
    ],
)
def test_a_refund_takes_the_order_back_as_far_as_it_eats_into_the_prepayment(
    amount_kop, balance, order, becomes
):
    outcome = given_back(amount_kop, balance=balance, order=order)

    assert (outcome.payment.kind, outcome.payment.visit_id) == ("refund", None)
    assert order_after(outcome) == becomes
    advanced = ["dispatch.order_advanced"] if "status" in becomes else []
    assert news_of(outcome) == [*advanced, "field.payment_refunded"]


@pytest.mark.parametrize(("amount_kop", "code"), [(1000, None), (1001, "refund_too_large")])
def test_no_more_is_given_back_than_is_held(amount_kop, code):
    call = lambda: given_back(amount_kop, balance=Balance(300, 700, 0), order=an_order(300))  # noqa: E731

    assert refusal_of(call) == code
