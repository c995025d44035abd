"""Whether a measured opening can be true. All sizes in millimetres.

A wall is not a drawing, so the rules ask: the measurer gives a reason and the sheet is taken. Only what no opening
on Earth has is refused. The rules, for widths w1 (top), w2, w3 (bottom), heights h1 (left), h2, h3 (right), and
diagonals d1 (from the top left), d2:

1. size_limits: the largest width and the largest height lie in [200, 6000], else it is a warning: a flap or a
   terrace. Outside [100, 9000] a reason is needed, and when both are under 300: centimetres were written for
   millimetres (130 by 140). Refused: over 30 m, or 0 where the shape has no corner (`CORNERS`); the other rules are
   then silent.
2. width_spread: readings that should be equal differ by over 15 (a warning) or over 60 (a reason is needed: a slip
   of 10 cm in one reading). height_spread likewise. Which should be equal depends on the shape:
   - rectangle: all three.
   - trapezium, triangle: the middle one and the mean of the outer ones, because the sides are straight.
   - arch: the widths in the middle and at the bottom; the heights at both sides.
   - polygon: none.
3. diagonal_impossible: refused when d is longer than the largest width and the largest height together (no way
   across is longer than the way around), or when a rectangle or a trapezium has none.
4. diagonal_difference: a reason is needed when a diagonal is more than 15 off the shape's, or when
   |d1 - d2| is more than 10 although they should be equal. This catches a slip of 10 cm in all three readings
   of a side. A rectangle has sqrt(w^2 + h^2) of its means. A trapezium has one side that is square to two others,
   or is symmetrical; the nearest of these counts. Other shapes are not asked.
5. remeasure_difference: a reason is needed when a size is 50 or more off the previous version's
   opening of the same label.

6. outline_crosses, outline_open: refused, because no such figure exists (`outlines.py`). outline_side: a reason is
   needed for a side under 50. outline_difference: a reason is needed when a size was measured beside the outline and is
   more than 15 off what the outline gives. arch_rise: refused when an arch is not higher than its sides; a reason is
   needed when it is higher than half a circle. With an outline rules 2 to 4 are silent: the readings are computed.

A triangle without an outline is sent with a width or a height of 0 where its corner is; other shapes may have one where
`CORNERS` says. Sheets from before there were
shapes are rectangles.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import hypot
from typing import Any, NamedTuple

USUAL_MM = (200, 6000)
WITHOUT_REASON_MM = (100, 9000)
BOTH_SIDES_MIN_MM = 300
SIDE_MAX_MM = 30_000
SPREAD_WARN_MM = 15
SPREAD_REASON_MM = 60
DIAGONAL_OFF_REASON_MM = 15
DIAGONALS_APART_REASON_MM = 10
REMEASURE_REASON_MM = 50
REASON_LENGTH_MIN = 5


class Rule(StrEnum):
    SIZE_LIMITS = "size_limits"
    WIDTH_SPREAD = "width_spread"
    HEIGHT_SPREAD = "height_spread"
    DIAGONAL_IMPOSSIBLE = "diagonal_impossible"
    DIAGONAL_DIFFERENCE = "diagonal_difference"
    REMEASURE_DIFFERENCE = "remeasure_difference"
    OUTLINE_CROSSES = "outline_crosses"
    OUTLINE_OPEN = "outline_open"
    OUTLINE_SIDE = "outline_side"
    OUTLINE_DIFFERENCE = "outline_difference"
    ARCH_RISE = "arch_rise"


class Shape(StrEnum):
    RECTANGLE = "rectangle"
    TRAPEZIUM = "trapezium"
    TRIANGLE = "triangle"
    ARCH = "arch"
    POLYGON = "polygon"


class Weight(StrEnum):
    WARN = "warn"
    NEEDS_REASON = "needs_reason"
    REFUSED = "refused"


Readings = tuple[int, int, int]

_ENDS = frozenset({"width_top_mm", "width_bottom_mm", "height_left_mm", "height_right_mm"})
CORNERS: Mapping[Shape, frozenset[str]] = {
    Shape.RECTANGLE: frozenset(),
    Shape.TRAPEZIUM: frozenset(),
    Shape.TRIANGLE: _ENDS,
    Shape.ARCH: _ENDS - {"width_bottom_mm"},
    Shape.POLYGON: _ENDS,
}
"""Sizes that can be 0 because the shape has a corner there, or its curve begins at the sill."""


class Sizes(NamedTuple):
    """Three widths from the top, three heights from the left, two diagonals."""

    widths: Readings
    heights: Readings
    diagonals: tuple[int, int]


SIZE_FIELDS = (
    "width_top_mm",
    "width_middle_mm",
    "width_bottom_mm",
    "height_left_mm",
    "height_middle_mm",
    "height_right_mm",
    "diagonal_1_mm",
    "diagonal_2_mm",
)
"""Names of the sizes on the sheet, in the order of `Sizes`."""


def sizes_of(opening: Any) -> Sizes:
    """Of an opening as it is sent, or as it is kept."""
    return sizes_in({field: getattr(opening, field) for field in SIZE_FIELDS})


def sizes_in(content: Mapping[str, Any]) -> Sizes:
    """By the names of the sheet."""
    w1, w2, w3, h1, h2, h3, d1, d2 = (content[field] for field in SIZE_FIELDS)
    return Sizes((w1, w2, w3), (h1, h2, h3), (d1, d2))


def flat_sizes(sizes: Sizes) -> list[int]:
    """In the order of `SIZE_FIELDS`."""
    return [*sizes.widths, *sizes.heights, *sizes.diagonals]


class Apart(NamedTuple):
    """One size that has two values."""

    size: str
    """Its name on the sheet, or in the outline."""
    was_mm: int
    """Measured before, or as the outline has it."""
    now_mm: int


class Objection(NamedTuple):
    """A rule that does not like an opening."""

    rule: Rule
    weight: Weight
    field: str | None
    """The one size it is about; null when it is about several."""
    found_mm: int
    allowed_mm: int
    apart: Apart | None = None
    """The size that changed most, where the rule compares with other values of the same sizes."""


def widest_apart(now: Sizes, was: Sizes) -> Apart:
    """The size that differs most, the first of several."""
    pairs = zip(SIZE_FIELDS, flat_sizes(was), flat_sizes(now), strict=True)
    return max((Apart(*pair) for pair in pairs), key=off_mm)


def off_mm(apart: Apart) -> int:
    return abs(apart.now_mm - apart.was_mm)


def find_objections(
    sizes: Sizes, previous: Sizes | None, shape: Shape = Shape.RECTANGLE, *, has_outline: bool = False
) -> list[Objection]:
    """What the rules have against an opening. `previous` is the same label in the last version.

    `has_outline`: the sizes were computed, so they need not agree with each other.
    """
    limits = _check_limits(sizes, shape)
    if any(one.weight is Weight.REFUSED for one in limits):
        return limits
    agreement = [] if has_outline else _check_agreement(sizes, shape)
    return [*limits, *agreement, *_check_remeasure(sizes, previous)]


def _check_agreement(sizes: Sizes, shape: Shape) -> list[Objection]:
    """Whether the readings fit each other."""
    return [
        *_check_spread(Rule.WIDTH_SPREAD, _equal_widths(sizes.widths, shape)),
        *_check_spread(Rule.HEIGHT_SPREAD, _equal_heights(sizes.heights, shape)),
        *_check_diagonals(sizes, shape),
    ]


def lacks_reason(objection: Objection, reasons: Mapping[Rule, str]) -> bool:
    """Whether it needs a reason and none was given that says anything."""
    reason = reason_for(objection.rule, reasons) or ""
    return objection.weight is Weight.NEEDS_REASON and len(reason) < REASON_LENGTH_MIN


def reason_for(rule: Rule, reasons: Mapping[Rule, str]) -> str | None:
    return reasons.get(rule, "").strip() or None


def _check_limits(sizes: Sizes, shape: Shape) -> list[Objection]:
    of_widths, of_heights = SIZE_FIELDS[:3], SIZE_FIELDS[3:6]
    found = [*_check_size(of_widths, sizes.widths), *_check_size(of_heights, sizes.heights)]
    if nothing := _find_nothing(sizes, shape):
        return [*nothing, *(one for one in found if one.weight is Weight.REFUSED)]
    larger = max(*sizes.widths, *sizes.heights)
    if larger < BOTH_SIDES_MIN_MM and all(one.weight is Weight.WARN for one in found):
        return [Objection(Rule.SIZE_LIMITS, Weight.NEEDS_REASON, None, larger, BOTH_SIDES_MIN_MM)]
    return found


def _find_nothing(sizes: Sizes, shape: Shape) -> list[Objection]:
    """Widths and heights of 0 where this shape has no corner."""
    named = zip(SIZE_FIELDS[:6], [*sizes.widths, *sizes.heights], strict=True)
    return [
        Objection(Rule.SIZE_LIMITS, Weight.REFUSED, field, size, 1)
        for field, size in named
        if size < 1 and field not in CORNERS[shape]
    ]


def _check_size(fields: Sequence[str], readings: Sequence[int]) -> list[Objection]:
    """The largest of three widths or heights."""
    largest = max(readings)
    field = fields[readings.index(largest)]
    for weight, (least, most) in (
        (Weight.REFUSED, (0, SIDE_MAX_MM)),
        (Weight.NEEDS_REASON, WITHOUT_REASON_MM),
        (Weight.WARN, USUAL_MM),
    ):
        if (bound := min(max(largest, least), most)) != largest:
            refused = field if weight is Weight.REFUSED else None
            return [Objection(Rule.SIZE_LIMITS, weight, refused, largest, bound)]
    return []


def _equal_widths(widths: Readings, shape: Shape) -> Sequence[int]:
    """The readings of this shape that are the same in a straight wall."""
    if shape is Shape.ARCH:
        return widths[1:]
    return _equal_readings(widths, shape)


def _equal_heights(heights: Readings, shape: Shape) -> Sequence[int]:
    if shape is Shape.ARCH:
        return heights[::2]
    return _equal_readings(heights, shape)


def _equal_readings(readings: Readings, shape: Shape) -> Sequence[int]:
    first, middle, last = readings
    if shape in (Shape.TRAPEZIUM, Shape.TRIANGLE):
        return middle, round((first + last) / 2)
    return () if shape is Shape.POLYGON else readings


def _check_spread(rule: Rule, readings: Sequence[int]) -> list[Objection]:
    spread = max(readings, default=0) - min(readings, default=0)
    if spread > SPREAD_REASON_MM:
        return [Objection(rule, Weight.NEEDS_REASON, None, spread, SPREAD_REASON_MM)]
    if spread > SPREAD_WARN_MM:
        return [Objection(rule, Weight.WARN, None, spread, SPREAD_WARN_MM)]
    return []


def _check_diagonals(sizes: Sizes, shape: Shape) -> list[Objection]:
    is_measured = shape in (Shape.RECTANGLE, Shape.TRAPEZIUM)
    least, most = int(is_measured), max(sizes.widths) + max(sizes.heights)
    impossible = [
        Objection(Rule.DIAGONAL_IMPOSSIBLE, Weight.REFUSED, field, diagonal, bound)
        for field, diagonal in zip(SIZE_FIELDS[6:], sizes.diagonals, strict=True)
        if (bound := min(max(diagonal, least), most)) != diagonal
    ]
    if impossible or not is_measured:
        return impossible
    return _check_rectangle(sizes) if shape is Shape.RECTANGLE else _check_trapezium(sizes)


def rectangle_diagonal(sizes: Sizes) -> int:
    """Of the rectangle with the mean width and height, to the millimetre."""
    return round(hypot(sum(sizes.widths) / 3, sum(sizes.heights) / 3))


def _check_rectangle(sizes: Sizes) -> list[Objection]:
    expected = rectangle_diagonal(sizes)
    if off := _off(sizes, (expected, expected)):
        return off
    apart = abs(sizes.diagonals[0] - sizes.diagonals[1])
    if apart > DIAGONALS_APART_REASON_MM:
        return [
            Objection(Rule.DIAGONAL_DIFFERENCE, Weight.NEEDS_REASON, None, apart, DIAGONALS_APART_REASON_MM)
        ]
    return []


def _check_trapezium(sizes: Sizes) -> list[Objection]:
    return min((_off(sizes, pair) for pair in trapezium_diagonals(sizes)), key=_worst)


def trapezium_diagonals(sizes: Sizes) -> list[tuple[int, int]]:
    """Both diagonals of each trapezium that has these sizes: upright sides of two heights, as in an attic; or level
    sides of two widths, square to the left or to the right side, or symmetrical."""
    (top, _, bottom), (left, _, right) = sizes.widths, sizes.heights
    width, height = (top + bottom) / 2, (left + right) / 2
    pairs = [
        (hypot(width, left), hypot(width, right)),
        (hypot(bottom, height), hypot(top, height)),
        (hypot(top, height), hypot(bottom, height)),
        (hypot(width, height), hypot(width, height)),
    ]
    return [(round(first), round(second)) for first, second in pairs]


def _off(sizes: Sizes, expected: tuple[int, int]) -> list[Objection]:
    off = max(abs(found - right) for found, right in zip(sizes.diagonals, expected, strict=True))
    if off <= DIAGONAL_OFF_REASON_MM:
        return []
    return [Objection(Rule.DIAGONAL_DIFFERENCE, Weight.NEEDS_REASON, None, off, DIAGONAL_OFF_REASON_MM)]


def _worst(objections: Sequence[Objection]) -> int:
    return max((one.found_mm for one in objections), default=0)


def _check_remeasure(sizes: Sizes, previous: Sizes | None) -> list[Objection]:
    if previous is None:
        return []
    apart = widest_apart(sizes, previous)
    if off_mm(apart) < REMEASURE_REASON_MM:
        return []
    found = (None, off_mm(apart), REMEASURE_REASON_MM, apart)
    return [Objection(Rule.REMEASURE_DIFFERENCE, Weight.NEEDS_REASON, *found)]
