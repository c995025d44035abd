"""Openings that are measured by their outline: corner points, sides and diagonals, a triangle, an arch.

Three widths and three heights do not say what a gable window looks like. So a worker measures its outline as people do,
and everything else is computed from it: the readings that the other rules, the estimate and the plant know. All sizes
are in millimetres, x to the right and y upwards from the lower left corner of the bounding box, seen from the room.

An outline is plain data with one key, as it is kept and hashed:

- `{"corners": [[0, 0], [1400, 0], …]}`: the corner points in order, either way round.
- `{"fan": {"sides_mm": […], "diagonals_mm": […]}}`: the sides in order, first the bottom from left to right, then up
  the right; and the diagonals from the lower left corner to all corners that are not its neighbours.
- `{"triangle": {"base_mm", "left_mm", "right_mm", "height_mm"}}`: its level base and the sides; the height or null.
- `{"arch": {"width_mm", "left_mm", "right_mm", "height_mm", "radius_mm"}}`: the heights of the sides up to where the
  curve begins, the height in the middle, and the radius or null. The curve is a part of a circle.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import asin, atan2, cos, hypot, pi, sin, sqrt
from typing import Any, NamedTuple

from shapely import LineString, Polygon, is_valid

from app.orders.measurements.plausibility import (
    Apart,
    Objection,
    Readings,
    Rule,
    Sizes,
    Weight,
    off_mm,
    widest_apart,
)

SIDE_WITHOUT_REASON_MM = 50
"""A shorter side is mostly a corner that was tapped twice."""
MEASURED_TWICE_OFF_MM = 15
"""A size that was measured and can be computed may be off by so much without a reason: walls are not drawings."""
LEVEL_MM = 20
"""An edge whose ends lie within this distance of the top, the bottom or a side of the bounding box lies along it."""

Point = tuple[float, float]


class Figure(NamedTuple):
    """What is computed from an outline."""

    corners: Sequence[tuple[int, int]]
    """Of an arch the corners of its straight part: the two lower ones and those where the curve begins."""
    area_mm2: int
    perimeter_mm: int
    sizes: Sizes
    objections: Sequence[Objection]
    """Not refusals: what needs a reason."""


class Impossible(Exception):
    """There is no such figure."""

    def __init__(self, objection: Objection) -> None:
        self.objection = objection
        super().__init__(str(objection.rule))


def figure_of(outline: Mapping[str, Any]) -> Figure:
    """
    Raises:
        Impossible: the sides do not meet, they cross, or there is nothing between them.
    """
    ((kind, measured),) = outline.items()
    return _FIGURES[kind](measured)


def find_differences(sent: Sizes, computed: Sizes) -> list[Objection]:
    """Readings that were measured beside the outline and say something else. `sent` has the computed ones else."""
    return _measured_twice(widest_apart(sent, computed))


def _measured_twice(apart: Apart) -> list[Objection]:
    """A size that was measured, beside what the outline gives."""
    if off_mm(apart) <= MEASURED_TWICE_OFF_MM:
        return []
    found = (None, off_mm(apart), MEASURED_TWICE_OFF_MM, apart)
    return [Objection(Rule.OUTLINE_DIFFERENCE, Weight.NEEDS_REASON, *found)]


def _of_corners(measured: Sequence[Sequence[int]]) -> Figure:
    corners: list[Point] = [(x, y) for x, y in measured]
    for index, (here, there) in enumerate(_edges(corners)):
        if here == there:
            raise Impossible(_refused(Rule.OUTLINE_SIDE, f"corners[{index}]", 0, 1))
    return _polygon(corners, field="corners")


def _of_fan(measured: Mapping[str, Any]) -> Figure:
    return _polygon(fan_corners(measured["sides_mm"], measured["diagonals_mm"]), field="fan")


def _of_triangle(measured: Mapping[str, Any]) -> Figure:
    names = ("base_mm", "right_mm", "left_mm")
    corners = fan_corners([measured[name] for name in names], [], names=[f"triangle.{one}" for one in names])
    figure = _polygon(corners, field="triangle")
    height = measured["height_mm"]
    if height is None:
        return figure
    apart = Apart("triangle.height_mm", round(corners[2][1]), height)
    return figure._replace(objections=[*figure.objections, *_measured_twice(apart)])


def fan_corners(
    sides: Sequence[int], diagonals: Sequence[int], *, names: Sequence[str] | None = None
) -> list[Point]:
    """The corners of a figure that is cut into triangles by the diagonals of its first corner.

    The corner lies at (0, 0) and the first side along x.

    Raises:
        Impossible: a triangle does not close.
    """
    reach = [sides[0], *diagonals, sides[-1]]
    corners: list[Point] = [(0.0, 0.0), (float(sides[0]), 0.0)]
    turned = 0.0
    for index, (near, far) in enumerate(pairwise(reach), start=1):
        side = sides[index]
        if not abs(near - far) < side < near + far:
            field = names[index] if names else f"fan.sides_mm[{index}]"
            bound = near + far if side >= near + far else abs(near - far)
            raise Impossible(_refused(Rule.OUTLINE_OPEN, field, side, bound))
        cosine = (near**2 + far**2 - side**2) / (2 * near * far)
        turned += atan2(sqrt(1 - cosine**2), cosine)
        corners.append((far * cos(turned), far * sin(turned)))
    return corners


def _polygon(corners: Sequence[Point], *, field: str) -> Figure:
    """
    Raises:
        Impossible: the sides cross or touch, or all corners lie in a line.
    """
    polygon = Polygon(corners)
    if not is_valid(polygon) or polygon.area < 1:
        raise Impossible(_refused(Rule.OUTLINE_CROSSES, field, 0, 0))
    left, bottom, *_ = polygon.bounds
    moved = [(x - left, y - bottom) for x, y in corners]
    return Figure(
        corners=[(round(x), round(y)) for x, y in moved],
        area_mm2=round(polygon.area),
        perimeter_mm=round(polygon.length),
        sizes=_sizes(moved),
        objections=_check_sides(moved),
    )


def _check_sides(corners: Sequence[Point]) -> list[Objection]:
    shortest = round(min(hypot(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in _edges(corners)))
    if shortest >= SIDE_WITHOUT_REASON_MM:
        return []
    return [Objection(Rule.OUTLINE_SIDE, Weight.NEEDS_REASON, None, shortest, SIDE_WITHOUT_REASON_MM)]


def _sizes(corners: Sequence[Point]) -> Sizes:
    """The readings of a polygon that stands at (0, 0): how long it lies along the four sides of its bounding box, and
    how wide and high it is through the middle. Only of four corners there are diagonals."""
    turned = [(y, x) for x, y in corners]
    return Sizes(widths=_readings(turned)[::-1], heights=_readings(corners), diagonals=_diagonals(corners))


def _readings(corners: Sequence[Point]) -> Readings:
    """Three heights: along the left side, through the middle, along the right side."""
    right, top = (max(point[axis] for point in corners) for axis in (0, 1))
    middle = LineString([(right / 2, -1), (right / 2, top + 1)]).intersection(Polygon(corners)).length
    return _along(corners, 0), round(middle), _along(corners, right)


def _along(corners: Sequence[Point], x: float) -> int:
    """How much of the outline lies along the upright line at `x`. 0: it only touches it with a corner."""
    near = [
        abs(there[1] - here[1])
        for here, there in _edges(corners)
        if abs(here[0] - x) <= LEVEL_MM and abs(there[0] - x) <= LEVEL_MM
    ]
    return round(sum(near))


def _diagonals(corners: Sequence[Point]) -> tuple[int, int]:
    """From the top left and from the top right."""
    if len(corners) != 4:
        return 0, 0
    first = max(range(4), key=lambda one: corners[one][1] - corners[one][0])
    lengths = [
        hypot(*(a - b for a, b in zip(corners[one], corners[(one + 2) % 4], strict=True)))
        for one in (first, (first + 1) % 4)
    ]
    return round(lengths[0]), round(lengths[1])


def _of_arch(measured: Mapping[str, Any]) -> Figure:
    """A part of a circle over the mean of both sides.

    Raises:
        Impossible: it is not higher in the middle than at its sides.
    """
    width, left, right, height = (measured[f"{name}_mm"] for name in ("width", "left", "right", "height"))
    spring = (left + right) / 2
    rise = height - spring
    if rise <= 0:
        raise Impossible(_refused(Rule.ARCH_RISE, "arch.height_mm", height, round(spring) + 1))
    radius = (width**2 / 4 + rise**2) / (2 * rise)
    curve = _curve(width, rise, radius)
    return Figure(
        corners=[(0, 0), (width, 0), (width, right), (0, left)],
        area_mm2=round(width * spring + (curve * radius - width * (radius - rise)) / 2),
        perimeter_mm=round(width + left + right + curve),
        sizes=Sizes((0, _width_at_half(width, height, spring, radius), width), (left, height, right), (0, 0)),
        objections=_check_arch(width, rise, measured["radius_mm"]),
    )


def _curve(width: int, rise: float, radius: float) -> float:
    """Length of the curve. Higher than half its width, it is more than half a circle."""
    half = asin(min(width / 2 / radius, 1))
    return 2 * radius * (half if rise <= radius else pi - half)


def _width_at_half(width: int, height: int, spring: float, radius: float) -> int:
    if height / 2 <= spring:
        return width
    below_top = height / 2
    return round(2 * sqrt(max(radius**2 - (radius - below_top) ** 2, 0)))


def _check_arch(width: int, rise: float, radius_mm: int | None) -> list[Objection]:
    """The measured radius is compared by the rise it would give: of a flat arch a radius is never exact."""
    steep = rise > width / 2 + MEASURED_TWICE_OFF_MM
    if steep:
        return [Objection(Rule.ARCH_RISE, Weight.NEEDS_REASON, None, round(rise), round(width / 2))]
    if radius_mm is None:
        return []
    by_radius = radius_mm - sqrt(max(radius_mm**2 - width**2 / 4, 0))
    return _measured_twice(Apart("arch.rise_mm", round(rise), round(by_radius)))


def _refused(rule: Rule, field: str, found_mm: int, allowed_mm: int) -> Objection:
    return Objection(rule, Weight.REFUSED, field, found_mm, allowed_mm)


def _edges(corners: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    return pairwise([*corners, corners[0]])


_FIGURES: dict[str, Callable[[Any], Figure]] = {
    "corners": _of_corners,
    "fan": _of_fan,
    "triangle": _of_triangle,
    "arch": _of_arch,
}
SHAPE_OF = {"corners": "polygon", "fan": "polygon", "triangle": "triangle", "arch": "arch"}
"""Which shape is measured by which outline."""
