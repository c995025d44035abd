"""The rules about openings without a database: values in, objections out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.orders.measurements.plausibility import (
    CORNERS,
    REASON_LENGTH_MIN,
    SIZE_FIELDS,
    Apart,
    Rule,
    Shape,
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


def box(width, height):
    sizes = Sizes((width,) * 3, (height,) * 3, (0, 0))
    return sizes._replace(diagonals=(rectangle_diagonal(sizes),) * 2)


@pytest.mark.parametrize(
    ("width", "weight", "bound"),
    [
        (0, Weight.REFUSED, 1),
        (1, Weight.NEEDS_REASON, 100),
        (99, Weight.NEEDS_REASON, 100),
        (100, Weight.WARN, 200),
        (150, Weight.WARN, 200),
        (199, Weight.WARN, 200),
        (6001, Weight.WARN, 6000),
        (7400, Weight.WARN, 6000),
        (9000, Weight.WARN, 6000),
        (9001, Weight.NEEDS_REASON, 9000),
        (30_000, Weight.NEEDS_REASON, 9000),
        (30_001, Weight.REFUSED, 30_000),
        (100_000, Weight.REFUSED, 30_000),
    ],
)
def test_a_rare_size_is_noted_a_strange_one_needs_a_reason_and_nonsense_is_refused(width, weight, bound):
    objection, *others = find_objections(box(width, 1300), None)

    assert len(others) == (2 if width == 0 else 0), "each size of nothing is named"
    assert (objection.rule, objection.weight) == (Rule.SIZE_LIMITS, weight)
    assert (objection.found_mm, objection.allowed_mm) == (width, bound)
    assert objection.field == (None if weight is not Weight.REFUSED else objection.field)


@pytest.mark.parametrize(
    ("width", "height", "weight"),
    [
        (130, 140, Weight.NEEDS_REASON),
        (200, 200, Weight.NEEDS_REASON),
        (299, 299, Weight.NEEDS_REASON),
        (299, 300, None),
        (300, 299, None),
        (600, 150, Weight.WARN),
        (150, 600, Weight.WARN),
    ],
)
def test_centimetres_for_millimetres_are_asked_about(width, height, weight):
    found = [(one.rule, one.weight) for one in find_objections(box(width, height), None)]

    assert found == ([(Rule.SIZE_LIMITS, weight)] if weight else [])


def test_a_small_opening_is_taken_with_a_reason():
    (objection,) = find_objections(box(130, 140), None)

    assert (objection.found_mm, objection.allowed_mm, objection.field) == (140, 300, None)
    assert lacks_reason(objection, {})
    assert not lacks_reason(objection, {Rule.SIZE_LIMITS: "Продух в цоколе"})


def test_every_impossible_size_is_named():
    sizes = WINDOW._replace(widths=(1400, 0, 1400), heights=(1300, 90_000, 1300))

    fields = [one.field for one in find_objections(sizes, None)]

    assert fields == ["width_middle_mm", "height_middle_mm"]


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
@pytest.mark.parametrize("diagonal", [1000, 1399, 1719, 2103, 2700, 2703])
def test_a_diagonal_that_does_not_fit_is_asked_about(diagonal):
    found = find_objections(WINDOW._replace(diagonals=(diagonal, 1911)), None)

    assert [(one.rule, one.weight) for one in found] == [(Rule.DIAGONAL_DIFFERENCE, Weight.NEEDS_REASON)]


@pytest.mark.covers("M4")
@pytest.mark.parametrize(("diagonal", "bound"), [(0, 1), (2704, 2703), (19_110, 2703)])
def test_a_diagonal_longer_than_the_way_around_is_refused(diagonal, bound):
    (objection,) = find_objections(WINDOW._replace(diagonals=(diagonal, 1911)), None)

    assert (objection.rule, objection.weight) == (Rule.DIAGONAL_IMPOSSIBLE, Weight.REFUSED)
    assert (objection.field, objection.allowed_mm) == ("diagonal_1_mm", bound)


def test_both_impossible_diagonals_are_named():
    found = find_objections(WINDOW._replace(diagonals=(0, 2900)), None)

    assert [one.field for one in found] == ["diagonal_1_mm", "diagonal_2_mm"]


HOUSES = [
    (Shape.TRAPEZIUM, Sizes((1000,) * 3, (800, 1200, 1600), (1281, 1887))),
    (Shape.TRAPEZIUM, Sizes((1000,) * 3, (1600, 1200, 800), (1887, 1281))),
    (Shape.TRAPEZIUM, Sizes((800, 1000, 1200), (1500,) * 3, (1921, 1700))),
    (Shape.TRAPEZIUM, Sizes((800, 1000, 1200), (1500,) * 3, (1803, 1803))),
    (Shape.TRIANGLE, Sizes((0, 600, 1200), (0, 450, 900), (1500, 1200))),
    (Shape.TRIANGLE, Sizes((0, 700, 1400), (0, 600, 1200), (0, 0))),
    (Shape.ARCH, Sizes((300, 1200, 1200), (1500, 1900, 1500), (0, 0))),
    (Shape.POLYGON, Sizes((600, 1400, 900), (700, 1500, 1100), (1600, 0))),
    (Shape.RECTANGLE, box(6000, 2600)),
]


@pytest.mark.parametrize(("shape", "sizes"), HOUSES)
def test_an_opening_that_is_true_to_its_shape_is_taken_without_a_word(shape, sizes):
    assert find_objections(sizes, None, shape) == []


@pytest.mark.parametrize(("shape", "sizes"), HOUSES)
def test_sent_as_a_rectangle_the_same_opening_is_taken_with_reasons(shape, sizes):
    measured = [
        tuple(one or 500 for one in sizes_of_kind) for sizes_of_kind in sizes
    ]  # a rectangle has no size of 0
    found = find_objections(Sizes(*measured), None)

    assert {one.weight for one in found} <= {Weight.WARN, Weight.NEEDS_REASON}


@pytest.mark.parametrize(
    ("shape", "sizes", "expected"),
    [
        (Shape.TRAPEZIUM, Sizes((1000,) * 3, (800, 1300, 1600), (1281, 1887)), Rule.HEIGHT_SPREAD),
        (Shape.TRAPEZIUM, Sizes((1000,) * 3, (800, 1200, 1600), (1381, 1887)), Rule.DIAGONAL_DIFFERENCE),
        (Shape.TRIANGLE, Sizes((0, 700, 1200), (0, 450, 900), (0, 0)), Rule.WIDTH_SPREAD),
        (Shape.ARCH, Sizes((0, 1300, 1200), (1500, 1900, 1500), (0, 0)), Rule.WIDTH_SPREAD),
        (Shape.ARCH, Sizes((0, 1200, 1200), (1500, 1900, 1600), (0, 0)), Rule.HEIGHT_SPREAD),
    ],
)
def test_a_slip_of_ten_centimetres_is_caught_in_every_shape_that_can_show_it(shape, sizes, expected):
    assert [(one.rule, one.weight) for one in find_objections(sizes, None, shape)] == [
        (expected, Weight.NEEDS_REASON)
    ]


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


def test_measuring_again_names_the_size_that_changed_most_before_and_now():
    sizes = Sizes((1400, 1400, 1455), (1300, 1390, 1300), (1911, 1911))
    before = Sizes((1400,) * 3, (1300,) * 3, (1911, 1911))

    told = [one.apart for one in find_objections(sizes, before) if one.rule is Rule.REMEASURE_DIFFERENCE]

    assert told == [Apart("height_middle_mm", 1300, 1390)]


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
    shape=st.sampled_from(Shape),
    widths=st.tuples(*[st.integers(0, 40_000)] * 3),
    heights=st.tuples(*[st.integers(0, 40_000)] * 3),
    diagonals=st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)),
)
def test_only_what_no_house_has_is_refused_and_all_else_is_taken_with_reasons(
    shape, widths, heights, diagonals
):
    sizes = Sizes(widths, heights, diagonals)

    refused = [one for one in find_objections(sizes, None, shape) if one.weight is Weight.REFUSED]

    named = zip(SIZE_FIELDS[:6], (*widths, *heights), strict=True)
    is_nonsense = (
        any(size == 0 and field not in CORNERS[shape] for field, size in named)
        or max(*widths, *heights) > 30_000
        or max(diagonals) > max(widths) + max(heights)
        or (0 in diagonals and shape in (Shape.RECTANGLE, Shape.TRAPEZIUM))
    )
    assert bool(refused) == is_nonsense


@given(
    widths=st.tuples(side, side, side),
    heights=st.tuples(side, side, side),
    diagonals=st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)),
)
def test_what_passes_without_a_word_is_nearly_a_rectangle(widths, heights, diagonals):
    sizes = Sizes(widths, heights, diagonals)

    if not find_objections(sizes, None):
        assert max(abs(one - rectangle_diagonal(sizes)) for one in diagonals) <= 15
