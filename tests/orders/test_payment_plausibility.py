"""Whether a sum can be right: a table of what is due, what comes, and what is said about it. No database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.core.amounts import Amounts
from app.core.errors import DomainError
from app.orders.invoices.policies import InvoiceState
from app.orders.ledger.policies import OrderMoney
from app.orders.payments.plausibility import Doubt, Expected, check_doubts, find_doubts, is_late

pytestmark = pytest.mark.covers("P-rel-20", "M31")

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def expected(*, contract=None, work=0, goods=0, held=0, canceled=False, repeated=False) -> Expected:
    money = OrderMoney(contract, None, goods, work, Amounts(all=held), held, 0)
    return Expected(7, canceled, money, repeated, [])


NOTHING = expected()
SIGNED = expected(work=10_000)
AGREED = expected(contract=80_000, goods=60_000, work=20_000)
HALF_PAID = expected(contract=80_000, goods=60_000, work=20_000, held=40_000)
ALL_PAID = expected(contract=80_000, goods=60_000, work=20_000, held=80_000)


@pytest.mark.parametrize(
    ("facts", "kind", "amount_kop", "doubts"),
    [
        (SIGNED, "final", 10_000, []),
        (SIGNED, "final", 4_000, []),
        (SIGNED, "final", 1_001, []),
        (SIGNED, "final", 10_001, ["more_than_due"]),
        (SIGNED, "final", 1_000_000, ["more_than_due"]),
        (SIGNED, "final", 1_000, ["far_less_than_due"]),
        (SIGNED, "final", 100, ["far_less_than_due"]),
        (NOTHING, "final", 10_000, ["nothing_due"]),
        (NOTHING, "prepayment", 5_000_000, []),
        (AGREED, "prepayment", 40_000, []),
        (AGREED, "prepayment", 80_000, []),
        (AGREED, "prepayment", 80_001, ["more_than_due"]),
        (AGREED, "prepayment", 4_000_000, ["more_than_due"]),
        (AGREED, "prepayment", 4_001, []),
        (AGREED, "prepayment", 4_000, ["far_less_than_due"]),
        (HALF_PAID, "final", 40_000, []),
        (HALF_PAID, "final", 80_000, ["more_than_due"]),
        (ALL_PAID, "final", 1, ["nothing_due"]),
        (ALL_PAID, "prepayment", 40_000, ["nothing_due"]),
        (expected(repeated=True), "prepayment", 300, ["repeated_sum"]),
        (expected(work=10_000, repeated=True), "final", 20_000, ["more_than_due", "repeated_sum"]),
        (expected(canceled=True), "prepayment", 300, ["on_canceled_order"]),
        (expected(work=300, canceled=True), "final", 300, ["on_canceled_order"]),
    ],
)
def test_a_sum_is_compared_with_what_is_due_and_with_what_came_before(facts, kind, amount_kop, doubts):
    assert find_doubts(facts, kind=kind, amount_kop=amount_kop) == doubts


@pytest.mark.parametrize(
    ("contract", "held", "total", "paid", "due_kop"),
    [
        (59_000, 0, 59_000, 0, 59_000),
        (50_000, 0, 59_000, 0, 50_000),
        (50_000, 30_000, 59_000, 30_000, 20_000),
        (50_000, 55_000, 59_000, 55_000, 0),
        (70_000, 0, 59_000, 0, 59_000),
        (80_000, 40_000, 40_000, 0, 40_000),
    ],
)
def test_of_an_invoice_no_more_is_due_than_the_order_owes(contract, held, total, paid, due_kop):
    invoice = InvoiceState(UUID(int=1), 1, "issued", total, paid, 0, NOON, paid)
    facts = expected(contract=contract, goods=contract, held=held)._replace(invoices=[invoice])

    doubts = {
        amount_kop: find_doubts(facts, kind="prepayment", amount_kop=amount_kop, invoice_id=invoice.id)
        for amount_kop in (due_kop, due_kop + 1)
    }

    assert facts.due_kop(invoice.id) == due_kop
    assert doubts[due_kop + 1] == (["more_than_due"] if due_kop else ["nothing_due"])
    assert not due_kop or doubts[due_kop] == []


def refusal(doubts, *, reason="", may_refuse=True) -> DomainError | None:
    try:
        check_doubts(doubts, due_kop=10_000, amount_kop=1_000_000, reason=reason, may_refuse=may_refuse)
    except DomainError as error:
        return error
    return None


def test_what_looks_wrong_needs_a_reason_and_the_refusal_names_what_is_due():
    refused = refusal([Doubt.MORE_THAN_DUE])

    assert refused.code == "payment_unexpected"
    assert refused.params == {"doubts": ["more_than_due"], "due_kop": 10_000, "amount_kop": 1_000_000}
    assert refusal([Doubt.MORE_THAN_DUE], reason="Просил округлить") is None
    assert refusal([]) is None


def test_no_reason_makes_a_canceled_order_take_money():
    assert refusal([Doubt.ON_CANCELED_ORDER], reason="Очень просил").code == "order_canceled"


@pytest.mark.parametrize("doubt", list(Doubt))
def test_money_that_is_in_our_hands_is_never_refused(doubt):
    assert refusal([doubt], may_refuse=False) is None


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (10, False), (11, True), (600, True)])
def test_a_phone_that_had_no_network_is_late(minutes, late):
    assert is_late(taken_at=NOON - timedelta(minutes=minutes), now=NOON) is late
