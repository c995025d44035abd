"""Quantities are exact, whatever way they were written, and sums are rounded once."""

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.canonical import canonical_json
from app.core.quantities import (
    fits_unit,
    format_quantity,
    has_places,
    line_sum,
    number_of,
    quantity_of,
    stored_quantity,
)

QUANTITIES = st.decimals("0.001", 10_000, places=3)
PRICES = st.integers(0, 100_000_000_00)


@given(QUANTITIES)
def test_a_quantity_survives_json_and_storage(quantity):
    through_json = json.loads(json.dumps(number_of(quantity)))
    through_storage = json.loads(canonical_json(stored_quantity(quantity)))

    assert quantity_of(through_json) == quantity == quantity_of(through_storage)


@given(QUANTITIES)
def test_one_quantity_is_stored_in_one_way(quantity):
    spellings = {str(quantity), f"{quantity}00", format(quantity.normalize(), "f")}

    assert len({repr(stored_quantity(quantity_of(one))) for one in spellings}) == 1


@given(QUANTITIES, PRICES)
def test_a_sum_is_the_nearest_kopeck_and_half_goes_up(quantity, price_kop):
    exact = Fraction(quantity) * price_kop

    assert exact - Fraction(1, 2) < line_sum(quantity, price_kop) <= exact + Fraction(1, 2)


@pytest.mark.parametrize(
    ("quantity", "price_kop", "sum_kop"),
    [("0.5", 1, 1), ("0.5", 3, 2), ("0.499", 1, 0), ("2.4", 123456, 296294), ("1.005", 100, 101)],
)
def test_sums_that_floats_get_wrong(quantity, price_kop, sum_kop):
    assert line_sum(Decimal(quantity), price_kop) == sum_kop


@pytest.mark.parametrize(
    ("quantity", "stored", "ru", "en"),
    [
        ("2", 2, "2", "2"),
        ("2.400", "2.4", "2,4", "2.4"),
        ("100", 100, "100", "100"),
        ("0.75", "0.75", "0,75", "0.75"),
    ],
)
def test_how_a_quantity_is_written(quantity, stored, ru, en):
    exact = Decimal(quantity)

    assert stored_quantity(exact) == stored
    assert (format_quantity(exact, "ru"), format_quantity(exact, "en")) == (ru, en)


@pytest.mark.parametrize(
    ("unit", "quantity", "fits"),
    [
        ("pcs", "1.5", False),
        ("set", "0.5", False),
        ("pcs", "2.0", True),
        ("m", "1.5", True),
        ("hour", "0.25", True),
    ],
)
def test_pieces_and_sets_are_whole(unit, quantity, fits):
    assert fits_unit(Decimal(quantity), unit) is fits


def test_places_are_counted_by_value_and_not_by_spelling():
    assert has_places(Decimal("1.2000"), 1)
    assert not has_places(Decimal("1.2345"), 3)
