"""Whether a measured opening can be true. All sizes in millimetres.

A wall is not a drawing, so most rules only ask: the measurer gives a reason and the sheet is taken.
What no opening can look like is refused. The rules, for widths w1 (top), w2, w3 (bottom), heights
h1 (left), h2, h3 (right), their means w and h, and diagonals d1, d2:

1. size_limits: each width and height lies in [200, 6000]; else refused, and the other rules are silent.
2. width_spread: max(w1, w2, w3) - min(w1, w2, w3) over 15 is a warning, over 60 needs a reason: a slip of
   10 cm in one reading. height_spread likewise.
3. diagonal_impossible: refused when d < max(w1, w3, h1, h3), when d > min(w1, w3) + min(h1, h3) (the
   triangle inequality on two adjacent sides), or when d is more than 10 % off the rectangle's
   diagonal sqrt(w^2 + h^2), which is rounded to the millimetre.
4. diagonal_difference: a reason is needed when a diagonal is more than 15 off the rectangle's, or when
   |d1 - d2| is more than 10. This catches a slip of 10 cm in all three readings of a side.
5. remeasure_difference: a reason is needed when a size is 50 or more off the previous version's
   opening of the same label.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import hypot
from typing import Any, NamedTuple

SIDE_MIN_MM = 200
SIDE_MAX_MM = 6000
SPREAD_WARN_MM = 15
SPREAD_REASON_MM = 60
RECTANGLE_OFF_REASON_MM = 15
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


class Weight(StrEnum):
    WARN = "warn"
    NEEDS_REASON = "needs_reason"
    REFUSED = "refused"


class Sizes(NamedTuple):
    """Three widths from the top, three heights from the left, two diagonals."""

    widths: tuple[int, int, int]
    heights: tuple[int, int, int]
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
    return Sizes(
        widths=(opening.width_top_mm, opening.width_middle_mm, opening.width_bottom_mm),
        heights=(opening.height_left_mm, opening.height_middle_mm, opening.height_right_mm),
        diagonals=(opening.diagonal_1_mm, opening.diagonal_2_mm),
    )


class Objection(NamedTuple):
    """A rule that does not like an opening."""

    rule: Rule
    weight: Weight
    field: str | None
    """The one size it is about; null when it is about several."""
    found_mm: int
    allowed_mm: int


def find_objections(sizes: Sizes, previous: Sizes | None) -> list[Objection]:
    """What the rules have against an opening. `previous` is the same label in the last version."""
    if out_of_limits := _check_limits(sizes):
        return out_of_limits
    return [
        *_check_spread(Rule.WIDTH_SPREAD, sizes.widths),
        *_check_spread(Rule.HEIGHT_SPREAD, sizes.heights),
        *_check_diagonals(sizes),
        *_check_remeasure(sizes, previous),
    ]


def lacks_reason(objection: Objection, reasons: Mapping[Rule, str]) -> bool:
    """Whether it needs a reason and none was given that says anything."""
    reason = reason_for(objection.rule, reasons) or ""
    return objection.weight is Weight.NEEDS_REASON and len(reason) < REASON_LENGTH_MIN


def reason_for(rule: Rule, reasons: Mapping[Rule, str]) -> str | None:
    return reasons.get(rule, "").strip() or None


def _check_limits(sizes: Sizes) -> list[Objection]:
    sides = zip(SIZE_FIELDS, [*sizes.widths, *sizes.heights], strict=False)
    return [
        Objection(Rule.SIZE_LIMITS, Weight.REFUSED, field, side, bound)
        for field, side in sides
        if (bound := min(max(side, SIDE_MIN_MM), SIDE_MAX_MM)) != side
    ]


def _check_spread(rule: Rule, readings: Sequence[int]) -> list[Objection]:
    spread = max(readings) - min(readings)
    if spread > SPREAD_REASON_MM:
        return [Objection(rule, Weight.NEEDS_REASON, None, spread, SPREAD_REASON_MM)]
    if spread > SPREAD_WARN_MM:
        return [Objection(rule, Weight.WARN, None, spread, SPREAD_WARN_MM)]
    return []


def _check_diagonals(sizes: Sizes) -> list[Objection]:
    impossible = [
        Objection(Rule.DIAGONAL_IMPOSSIBLE, Weight.REFUSED, field, diagonal, bound)
        for field, diagonal in zip(SIZE_FIELDS[6:], sizes.diagonals, strict=True)
        if (bound := _nearest_possible(diagonal, sizes)) != diagonal
    ]
    return impossible or _check_rectangle(sizes)


def rectangle_diagonal(sizes: Sizes) -> int:
    """Of the rectangle with the mean width and height, to the millimetre."""
    return round(hypot(sum(sizes.widths) / 3, sum(sizes.heights) / 3))


def _nearest_possible(diagonal: int, sizes: Sizes) -> int:
    """The diagonal itself when it can be, else the bound that it breaks."""
    (top, _, bottom), (left, _, right) = sizes.widths, sizes.heights
    rectangle = rectangle_diagonal(sizes)
    shortest = max(top, bottom, left, right, round(rectangle * 0.9))
    longest = min(min(top, bottom) + min(left, right), round(rectangle * 1.1))
    if diagonal < shortest:
        return shortest
    return min(diagonal, longest)


def _check_rectangle(sizes: Sizes) -> list[Objection]:
    off = max(abs(diagonal - rectangle_diagonal(sizes)) for diagonal in sizes.diagonals)
    if off > RECTANGLE_OFF_REASON_MM:
        return [Objection(Rule.DIAGONAL_DIFFERENCE, Weight.NEEDS_REASON, None, off, RECTANGLE_OFF_REASON_MM)]
    apart = abs(sizes.diagonals[0] - sizes.diagonals[1])
    if apart > DIAGONALS_APART_REASON_MM:
        return [
            Objection(Rule.DIAGONAL_DIFFERENCE, Weight.NEEDS_REASON, None, apart, DIAGONALS_APART_REASON_MM)
        ]
    return []


def _check_remeasure(sizes: Sizes, previous: Sizes | None) -> list[Objection]:
    if previous is None:
        return []
    pairs = zip(_flat(sizes), _flat(previous), strict=True)
    off = max(abs(is_now - was) for is_now, was in pairs)
    if off < REMEASURE_REASON_MM:
        return []
    return [Objection(Rule.REMEASURE_DIFFERENCE, Weight.NEEDS_REASON, None, off, REMEASURE_REASON_MM)]


def _flat(sizes: Sizes) -> list[int]:
    return [*sizes.widths, *sizes.heights, *sizes.diagonals]
