"""What a client owes, as a sum of entries: by part, whatever was charged and paid."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.amounts import Amounts, amounts_due
from app.orders.ledger.policies import Cause, EntryKind, OrderMoney, split_refund, write_entries

pytestmark = pytest.mark.covers("P-rel-20")

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KOPECKS = st.integers(0, 10**12)
CHARGED = st.builds(Amounts, goods=KOPECKS, work=KOPECKS, all=st.just(0))
HELD = st.builds(Amounts, goods=KOPECKS, work=KOPECKS, all=KOPECKS)
CONTRACT = Amounts(goods=71_000, work=9_000)
NO_CONTRACT = Amounts(work=9_000)


@pytest.mark.parametrize(
    ("charged", "held", "is_price_known", "due"),
    [
        (NO_CONTRACT, Amounts(goods=50_000), False, Amounts(work=9_000)),
        (NO_CONTRACT, Amounts(work=4_000), False, Amounts(work=5_000)),
        (NO_CONTRACT, Amounts(all=4_000), False, Amounts(work=5_000)),
        (NO_CONTRACT, Amounts(goods=50_000, all=9_000), False, Amounts()),
        (CONTRACT, Amounts(), True, Amounts(71_000, 9_000)),
        (CONTRACT, Amounts(goods=50_000), True, Amounts(21_000, 9_000)),
        (CONTRACT, Amounts(all=50_000), True, Amounts(30_000, 0)),
        (CONTRACT, Amounts(goods=80_000), True, Amounts()),
        (CONTRACT, Amounts(goods=75_000), True, Amounts(work=5_000)),
        (CONTRACT, Amounts(work=10_000), True, Amounts(goods=70_000)),
        (CONTRACT, Amounts(goods=71_000, all=9_000), True, Amounts()),
        (Amounts(), Amounts(goods=50_000), False, Amounts()),
    ],
)
def test_what_is_left_to_pay_by_part(charged, held, is_price_known, due):
    assert amounts_due(charged, held, is_price_known=is_price_known) == due


@given(CHARGED, HELD)
def test_under_a_contract_all_money_counts(charged, held):
    due = amounts_due(charged, held, is_price_known=True)

    assert due.total == max(0, charged.total - held.total)


@given(CHARGED, HELD)
def test_without_a_contract_money_for_one_part_never_pays_for_the_other(charged, held):
    due = amounts_due(charged, held, is_price_known=False)

    assert due.work >= charged.work - held.work - held.all
    assert due.goods >= charged.goods - held.goods - held.all
    assert due.total <= charged.total


@given(CHARGED, HELD, st.booleans())
def test_no_kopeck_is_lost_between_what_is_due_and_what_is_over(charged, held, has_contract):
    contract = charged.total if has_contract else None
    money = OrderMoney(contract, None, charged.goods, charged.work, held, held.total, 0)

    assert all(part >= 0 for part in money.due)
    assert money.over_kop >= 0
    assert money.charged_kop - held.total == money.due_kop - money.over_kop


@given(HELD.filter(lambda held: held.total > 0), st.data())
def test_a_refund_comes_from_what_is_held_and_from_the_goods_last(held, data):
    amount_kop = data.draw(st.integers(1, held.total))

    taken = split_refund(held, amount_kop)

    assert taken.total == amount_kop
    assert all(0 <= part <= there for part, there in zip(taken, held, strict=True))
    assert taken.goods == 0 or (taken.work, taken.all) == (held.work, held.all)


def test_a_cause_has_one_entry_for_each_part_with_an_amount():
    cause = Cause(uuid4(), EntryKind.CONTRACT, uuid4(), NOON, uuid4())

    (change,) = write_entries(cause, CONTRACT)

    assert [(row["part"], row["amount_kop"]) for row in change.rows] == [("goods", 71_000), ("work", 9_000)]
    assert {(row["order_id"], row["source_id"], row["kind"]) for row in change.rows} == {
        cause[:1] + cause[2:3] + cause[1:2]
    }
    assert list(write_entries(cause, Amounts())) == []
