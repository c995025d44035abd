"""Openings that are measured by their outline: what is computed from it, and what cannot be."""

from itertools import pairwise
from math import hypot, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon

from app.orders.measurements.outlines import Impossible, fan_corners, figure_of, find_differences
from app.orders.measurements.plausibility import Apart, Rule, Sizes, Weight

pytestmark = pytest.mark.covers("M4")

HOUSE = [[0, 0], [1400, 0], [1400, 1000], [700, 1700], [0, 1000]]
"""A window under a gable."""


def corners(*points):
    return {"corners": [list(point) for point in points]}


def triangle(base, left, right, height=None):
    return {"triangle": {"base_mm": base, "left_mm": left, "right_mm": right, "height_mm": height}}


def arch(width, left, right, height, radius=None):
    sizes = {"width_mm": width, "left_mm": left, "right_mm": right, "height_mm": height, "radius_mm": radius}
    return {"arch": sizes}


def refusal(outline):
    with pytest.raises(Impossible) as refused:
        figure_of(outline)
    return refused.value.objection


def noted(outline):
    return [(one.rule, one.weight, one.found_mm) for one in figure_of(outline).objections]


def test_a_gable_window_is_computed_from_its_corners():
    figure = figure_of(corners(*HOUSE))

    assert figure.sizes == Sizes((0, 1400, 1400), (1000, 1700, 1000), (0, 0))
    assert figure.area_mm2 == 1400 * 1000 + 700 * 700
    assert figure.perimeter_mm == round(1400 + 2 * 1000 + 2 * hypot(700, 700))
    assert figure.objections == []


@pytest.mark.parametrize("turn", range(5))
@pytest.mark.parametrize("way", [1, -1])
def test_it_is_the_same_wherever_the_worker_begins_and_whichever_way_he_goes(turn, way):
    points = (HOUSE[turn:] + HOUSE[:turn])[::way]

    figure = figure_of(corners(*points))

    assert figure._replace(corners=()) == figure_of(corners(*HOUSE))._replace(corners=())


def test_corners_are_counted_from_the_corner_of_the_bounding_box():
    figure = figure_of(corners([300, 500], [1700, 500], [1700, 1500], [300, 1500]))

    assert figure.corners == [(0, 0), (1400, 0), (1400, 1000), (0, 1000)]
    assert figure.sizes == Sizes((1400,) * 3, (1000,) * 3, (1720, 1720))


@pytest.mark.parametrize(
    "points",
    [
        [[0, 0], [1400, 1000], [1400, 0], [0, 1000]],
        [[0, 0], [700, 0], [1400, 0]],
        [[0, 0], [1400, 0], [1400, 1000], [700, 0], [0, 1000]],
    ],
    ids=["sides cross", "in one line", "a corner on a side"],
)
def test_what_is_no_opening_is_refused(points):
    objection = refusal(corners(*points))

    assert (objection.rule, objection.weight, objection.field) == (
        Rule.OUTLINE_CROSSES,
        Weight.REFUSED,
        "corners",
    )


def test_the_same_corner_twice_is_refused_by_its_number():
    objection = refusal(corners([0, 0], [1400, 0], [1400, 0], [0, 1000]))

    assert (objection.rule, objection.field) == (Rule.OUTLINE_SIDE, "corners[1]")


def test_a_tiny_side_needs_a_reason():
    assert noted(corners([0, 0], [1400, 0], [1400, 1000], [30, 1000], [0, 1000])) == [
        (Rule.OUTLINE_SIDE, Weight.NEEDS_REASON, 30)
    ]


def test_sides_and_diagonals_give_the_same_window_as_its_corners():
    ring = [*HOUSE, HOUSE[0]]
    sides = [round(hypot(b[0] - a[0], b[1] - a[1])) for a, b in pairwise(ring)]
    diagonals = [round(hypot(*point)) for point in HOUSE[2:-1]]

    by_sides = figure_of({"fan": {"sides_mm": sides, "diagonals_mm": diagonals}})
    by_corners = figure_of(corners(*HOUSE))

    assert find_differences(by_sides.sizes, by_corners.sizes) == []
    for found, meant in zip(by_sides.corners, HOUSE, strict=True):
        assert hypot(found[0] - meant[0], found[1] - meant[1]) < 3


def test_sides_that_do_not_meet_are_refused_by_the_one_that_is_wrong():
    sides = {"sides_mm": [1400, 1000, 1400, 1000], "diagonals_mm": [2500]}

    objection = refusal({"fan": sides})

    assert (objection.rule, objection.field) == (Rule.OUTLINE_OPEN, "fan.sides_mm[1]")
    assert (objection.found_mm, objection.allowed_mm) == (1000, 1100)


def test_a_triangle_is_computed_from_its_sides():
    figure = figure_of(triangle(1200, 900, 1500))

    assert figure.corners == [(0, 0), (1200, 0), (0, 900)]
    assert figure.area_mm2 == 540_000
    assert figure.sizes == Sizes((0, 600, 1200), (900, 450, 0), (0, 0))


def test_a_triangle_whose_corner_hangs_over_stays_in_its_bounding_box():
    figure = figure_of(triangle(1000, 500, 1300))

    assert min(x for x, _ in figure.corners) == 0
    assert Polygon(figure.corners).area == pytest.approx(figure.area_mm2, rel=0.01)


def test_a_triangle_that_does_not_close_is_refused():
    objection = refusal(triangle(1200, 300, 1600))

    assert (objection.rule, objection.field) == (Rule.OUTLINE_OPEN, "triangle.right_mm")


def test_the_height_of_a_triangle_is_checked_against_its_sides():
    assert noted(triangle(1200, 900, 1500, 910)) == []
    assert noted(triangle(1200, 900, 1500, 1000)) == [(Rule.OUTLINE_DIFFERENCE, Weight.NEEDS_REASON, 100)]


@pytest.mark.parametrize(
    ("outline", "apart"),
    [
        (triangle(1200, 900, 1500, 1000), Apart("triangle.height_mm", 900, 1000)),
        (arch(1400, 1000, 1000, 1100, 1800), Apart("arch.rise_mm", 100, 142)),
    ],
    ids=["height of a triangle", "radius of an arch"],
)
def test_a_size_that_does_not_fit_the_outline_is_named_with_both_values(outline, apart):
    assert [one.apart for one in figure_of(outline).objections] == [apart]


def test_half_a_circle_on_two_sides():
    figure = figure_of(arch(1200, 900, 900, 1500))

    assert figure.sizes == Sizes((0, 1200, 1200), (900, 1500, 900), (0, 0))
    assert figure.area_mm2 == round(1200 * 900 + pi * 600**2 / 2)
    assert figure.perimeter_mm == round(1200 + 1800 + pi * 600)
    assert figure.objections == []


def test_a_flat_arch_and_its_radius():
    flat = arch(1400, 1000, 1000, 1100, 2500)

    assert noted(flat) == []
    assert noted(arch(1400, 1000, 1000, 1100, 1800)) == [(Rule.OUTLINE_DIFFERENCE, Weight.NEEDS_REASON, 42)]


def test_an_arch_is_higher_in_the_middle_and_rarely_more_than_half_a_circle():
    objection = refusal(arch(1200, 1500, 1500, 1400))

    assert (objection.rule, objection.field, objection.allowed_mm) == (
        Rule.ARCH_RISE,
        "arch.height_mm",
        1501,
    )
    assert noted(arch(1200, 0, 0, 1000)) == [(Rule.ARCH_RISE, Weight.NEEDS_REASON, 1000)]


@given(
    points=st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 9000)).map(list), min_size=3, max_size=9)
)
def test_any_corners_are_either_refused_or_measured_within_their_box(points):
    try:
        figure = figure_of({"corners": points})
    except Impossible:
        return
    width, height = (max(p[axis] for p in points) - min(p[axis] for p in points) for axis in (0, 1))
    assert 0 < figure.area_mm2 <= width * height
    assert max(figure.sizes.widths) <= width + 1
    assert max(figure.sizes.heights) <= height + 1


@given(
    sides=st.tuples(st.integers(100, 5000), st.integers(100, 5000), st.integers(100, 5000)),
)
def test_a_triangle_has_the_sides_that_were_measured(sides):
    base, right, left = sides
    try:
        points = fan_corners([base, right, left], [])
    except Impossible:
        assert not abs(base - left) < right < base + left
        return
    found = [hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(points, [*points[1:], points[0]], strict=True)]
    assert found == pytest.approx([base, right, left], abs=0.01)
