"""Lines and sums of estimates, for any quantities, prices, discounts and rates."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.orders.estimates.pricing import VAT_RATES, Discount, LinePrice, add_up, price_line, vat_in

pytestmark = pytest.mark.covers("P-rel-20", "M10")

QUANTITIES = st.decimals("0.001", 10_000, places=3)
PRICES = st.integers(0, 100_000_000_00)
DISCOUNTS = st.none() | st.one_of(
    st.builds(Discount, st.integers(1, 10**10), st.none()),
    st.builds(Discount, st.none(), st.decimals("0.01", 100, places=2)),
)
RATES = st.none() | st.sampled_from(VAT_RATES)
HALF = Fraction(1, 2)
LINES = st.lists(
    st.tuples(st.sampled_from(["goods", "work"]), QUANTITIES, PRICES, DISCOUNTS, RATES),
    min_size=1,
    max_size=30,
)


@given(QUANTITIES, PRICES, DISCOUNTS, RATES)
def test_every_line_adds_up_to_the_kopeck(quantity, price_kop, discount, vat_rate):
    line = price_line(quantity, price_kop, discount=discount, vat_rate=vat_rate)

    assert line.sum_kop - line.discount_kop == line.total_kop
    assert 0 <= line.discount_kop <= line.sum_kop
    assert 0 <= line.vat_kop <= line.total_kop


@given(QUANTITIES, PRICES, DISCOUNTS, RATES)
def test_each_step_is_rounded_once_and_half_goes_up(quantity, price_kop, discount, vat_rate):
    line = price_line(quantity, price_kop, discount=discount, vat_rate=vat_rate)

    exact = {line.sum_kop: Fraction(quantity) * price_kop}
    if discount and discount.percent is not None:
        exact[line.discount_kop] = line.sum_kop * Fraction(discount.percent) / 100
    if vat_rate:
        exact[line.vat_kop] = Fraction(line.total_kop * vat_rate, 100 + vat_rate)
    assert all(-HALF < rounded - value <= HALF for rounded, value in exact.items())


@given(LINES)
def test_the_total_is_the_sum_of_its_lines_by_part_and_in_all(lines):
    priced = [(part, price_line(q, p, discount=d, vat_rate=v)) for part, q, p, d, v in lines]

    totals = add_up(priced)

    assert totals.goods_kop == sum(line.total_kop for part, line in priced if part == "goods")
    assert totals.work_kop == sum(line.total_kop for part, line in priced if part == "work")
    assert totals.total_kop == sum(line.total_kop for _, line in priced)
    assert totals.vat_kop == sum(line.vat_kop for _, line in priced)
    assert totals.total_kop + totals.discount_kop == sum(line.sum_kop for _, line in priced)


@pytest.mark.parametrize(
    ("quantity", "price_kop", "discount", "vat_rate", "expected"),
    [
        ("2", 4_500_00, None, None, LinePrice(9_000_00, 0, 9_000_00, 0)),
        ("2.4", 1_234_56, None, 22, LinePrice(2_962_94, 0, 2_962_94, 534_30)),
        ("1", 100_00, Discount(None, Decimal(10)), 20, LinePrice(100_00, 10_00, 90_00, 15_00)),
        ("1", 101, Discount(None, Decimal("0.5")), None, LinePrice(101, 1, 100, 0)),
        ("1", 100, Discount(500, None), None, LinePrice(100, 100, 0, 0)),
        ("1", 122_00, None, 22, LinePrice(122_00, 0, 122_00, 22_00)),
        ("1", 100, None, 0, LinePrice(100, 0, 100, 0)),
    ],
)
def test_sums_as_an_office_counts_them(quantity, price_kop, discount, vat_rate, expected):
    assert price_line(Decimal(quantity), price_kop, discount=discount, vat_rate=vat_rate) == expected


@pytest.mark.parametrize(
    ("rate", "vat_kop"), [(None, 0), (0, 0), (5, 4_76), (7, 6_54), (10, 9_09), (20, 16_67), (22, 18_03)]
)
def test_the_vat_that_a_hundred_roubles_contain(rate, vat_kop):
    assert vat_in(100_00, rate) == vat_kop
