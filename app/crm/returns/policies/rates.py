"""Shares as whole numbers, and how far they can be trusted."""

from math import sqrt
from typing import NamedTuple

WHOLE_BP = 10_000
CERTAINTY = 1.959963984540054
"""Standard deviations to both sides that hold 95 % of a normal distribution."""
FEW = 20
"""A share of fewer says little."""


class Interval(NamedTuple):
    """Where the true share lies with a probability of 95 %, in hundredths of a per cent."""

    low_bp: int
    high_bp: int


def share_bp(part: int, whole: int) -> int | None:
    """In hundredths of a per cent, half up. None: of nothing there is no share."""
    return (2 * part * WHOLE_BP + whole) // (2 * whole) if whole else None


def wilson(share: float, size: float) -> Interval | None:
    """The interval of Wilson for a share of `size` clients. None: of nobody."""
    if size <= 0:
        return None
    square = CERTAINTY**2 / size
    middle = (share + square / 2) / (1 + square)
    half = CERTAINTY * sqrt(share * (1 - share) / size + square / (4 * size)) / (1 + square)
    return Interval(
        max(0, round((middle - half) * WHOLE_BP)), min(WHOLE_BP, round((middle + half) * WHOLE_BP))
    )


def interval_of(part: int, whole: int) -> Interval | None:
    return wilson(part / whole, whole) if whole else None
