"""The rules about openings without a database: values in, objections out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.orders.measurements.plausibility import (
    REASON_LENGTH_MIN,
    Rule,
    Sizes,
    Weight,
    find_objections,
    lacks_reason,
    rectangle_diagonal,
)

WINDOW = Sizes(widths=(1400, 1402, 1401), heights=(1300, 1300, 1301), diagonals=(1911, 1912))
"""1400 x 1300 in a good wall; its diagonal is 1911 mm."""


def rules(sizes: Sizes, previous: Sizes | None = None) -> list[tuple[Rule, Weight, int]]:
    return [(one.rule, one.weight, one.found_mm) for one in find_objections(sizes, previous)]


def test_nobody_objects_to_an_ordinary_window():
    assert rules(WINDOW) == []


@pytest.mark.parametrize("width", [200, 6000])
def test_the_limits_themselves_are_allowed(width):
    sizes = Sizes((width,) * 3, (1300,) * 3, (0, 0))
    diagonal = rectangle_diagonal(sizes)

    assert rules(sizes._replace(diagonals=(diagonal, diagonal))) == []


@pytest.mark.parametrize(("width", "bound"), [(199, 200), (6001, 6000), (0, 200)])
def test_a_width_outside_the_limits_is_refused_and_says_the_bound(width, bound):
    (objection,) = find_objections(WINDOW._replace(widths=(1400, width, 1401)), None)

    assert (objection.rule, objection.weight) == (Rule.SIZE_LIMITS, Weight.REFUSED)
    assert (objection.field, objection.found_mm, objection.allowed_mm) == ("width_middle_mm", width, bound)


def test_every_size_outside_the_limits_is_named():
    sizes = WINDOW._replace(widths=(100, 100, 100), heights=(1300, 9000, 1300))

    fields = [one.field for one in find_objections(sizes, None)]

    assert fields == ["width_top_mm", "width_middle_mm", "width_bottom_mm", "height_middle_mm"]


@pytest.mark.parametrize(
    ("spread", "expected"),
    [
        (15, []),
        (16, [(Rule.WIDTH_SPREAD, Weight.WARN, 16)]),
        (60, [(Rule.WIDTH_SPREAD, Weight.WARN, 60)]),
        (61, [(Rule.WIDTH_SPREAD, Weight.NEEDS_REASON, 61)]),
    ],
)
def test_widths_that_differ_are_warned_of_and_then_need_a_reason(spread, expected):
    sizes = Sizes((1400, 1400, 1400 + spread), (1300,) * 3, (0, 0))
    diagonal = rectangle_diagonal(sizes)

    assert rules(sizes._replace(diagonals=(diagonal, diagonal))) == expected


def test_heights_that_differ_have_a_rule_of_their_own():
    sizes = Sizes((1400,) * 3, (1300, 1200, 1300), (0, 0))
    diagonal = rectangle_diagonal(sizes)

    found = rules(sizes._replace(diagonals=(diagonal, diagonal)))

    assert found == [(Rule.HEIGHT_SPREAD, Weight.NEEDS_REASON, 100)]


@pytest.mark.covers("M4")
@pytest.mark.parametrize("diagonal", [1000, 1399, 1719, 2103, 2700, 2701])
def test_a_diagonal_that_cannot_be_is_refused(diagonal):
    (objection,) = find_objections(WINDOW._replace(diagonals=(diagonal, 1911)), None)

    assert (objection.rule, objection.weight) == (Rule.DIAGONAL_IMPOSSIBLE, Weight.REFUSED)
    assert objection.field == "diagonal_1_mm"


def test_both_impossible_diagonals_are_named():
    found = find_objections(WINDOW._replace(diagonals=(1000, 2900)), None)

    assert [one.field for one in found] == ["diagonal_1_mm", "diagonal_2_mm"]


def test_a_diagonal_shorter_than_the_longest_side_is_refused_although_within_ten_percent():
    narrow = Sizes((400,) * 3, (2400,) * 3, (2390, 2433))

    (objection,) = find_objections(narrow, None)

    assert (objection.rule, objection.allowed_mm) == (Rule.DIAGONAL_IMPOSSIBLE, 2400)


def test_sides_that_contradict_each_other_refuse_every_diagonal():
    absurd = Sizes((6000, 3000, 200), (200, 200, 200), (400, 3000))

    found = find_objections(absurd, None)

    assert {one.field for one in found if one.weight is Weight.REFUSED} == {"diagonal_1_mm", "diagonal_2_mm"}


@pytest.mark.parametrize(
    ("diagonals", "expected"),
    [
        ((1925, 1925), []),
        ((1926, 1926), [(Rule.DIAGONAL_DIFFERENCE, Weight.NEEDS_REASON, 16)]),
        ((1906, 1916), []),
        ((1906, 1917), [(Rule.DIAGONAL_DIFFERENCE, Weight.NEEDS_REASON, 11)]),
    ],
)
def test_a_crooked_opening_needs_a_reason(diagonals, expected):
    sizes = Sizes((1400,) * 3, (1300,) * 3, diagonals)

    assert rules(sizes) == expected


@pytest.mark.covers("M4")
def test_a_slip_of_ten_centimetres_in_all_widths_is_caught_by_the_diagonals():
    slipped = Sizes((1500,) * 3, (1300,) * 3, (1911, 1911))

    assert rules(slipped) == [(Rule.DIAGONAL_DIFFERENCE, Weight.NEEDS_REASON, 74)]


@pytest.mark.parametrize(
    ("off", "expected"), [(49, []), (50, [(Rule.REMEASURE_DIFFERENCE, Weight.NEEDS_REASON, 50)])]
)
def test_measuring_again_five_centimetres_off_needs_a_reason(off, expected):
    sizes = Sizes((1400,) * 3, (1300,) * 3, (1911, 1911))
    before = Sizes((1400 - off,) * 3, (1300,) * 3, (1911, 1911))

    assert rules(sizes, before) == expected


def test_a_reason_must_say_something():
    (objection,) = find_objections(Sizes((1400,) * 3, (1300,) * 3, (1906, 1917)), None)

    assert lacks_reason(objection, {})
    assert lacks_reason(objection, {Rule.DIAGONAL_DIFFERENCE: " " * REASON_LENGTH_MIN + "да"})
    assert lacks_reason(objection, {Rule.WIDTH_SPREAD: "кривой проём"})
    assert not lacks_reason(objection, {Rule.DIAGONAL_DIFFERENCE: "кривой проём"})


def test_a_warning_needs_no_reason():
    sizes = Sizes((1400, 1400, 1420), (1300,) * 3, (1915, 1915))

    (objection,) = find_objections(sizes, None)

    assert not lacks_reason(objection, {})


side = st.integers(200, 6000)


@given(width=side, height=side, crooked=st.integers(0, 5))
def test_no_true_rectangle_is_ever_refused(width, height, crooked):
    diagonal = round((width**2 + height**2) ** 0.5)
    sizes = Sizes((width,) * 3, (height,) * 3, (diagonal + 1, diagonal + 1 + crooked))

    assert [one for one in find_objections(sizes, None) if one.weight is Weight.REFUSED] == []


@given(
    widths=st.tuples(side, side, side),
    heights=st.tuples(side, side, side),
    diagonals=st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)),
)
def test_what_passes_without_a_word_is_a_quadrilateral(widths, heights, diagonals):
    sizes = Sizes(widths, heights, diagonals)

    if not find_objections(sizes, None):
        for diagonal in diagonals:
            assert max(widths[0], widths[2], heights[0], heights[2]) <= diagonal
            assert diagonal <= min(widths[0], widths[2]) + min(heights[0], heights[2])
