"""How many clients have come again after so many days, also of those whose time is not over.

Each client is watched from his first purchase until the next one, or until today. The estimate of Kaplan and Meier uses
him as long as he is watched: a client of last month says something about the first thirty days and nothing about the
rest. A share of all clients would count him as lost.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import exp, log, sqrt
from typing import NamedTuple

from app.crm.returns.policies.rates import CERTAINTY, WHOLE_BP, Interval

STEP_DAYS = 30
"""So far apart are the points of a curve."""
HALF = Fraction(1, 2)


class Watched(NamedTuple):
    """Clients who were watched equally long."""

    days: int
    """Since the first purchase."""
    came: int
    """They bought again on this day."""
    left: int
    """They have not, and nobody knows more yet."""


class Point(NamedTuple):
    days: int
    at_risk: int
    """Clients who were watched for so long and had not come before."""
    came_bp: int
    """How many come within so many days, in hundredths of a per cent."""
    interval: Interval | None
    """Where the true share lies with a probability of 95 %. None: nobody has come yet, or all have."""


class Curve(NamedTuple):
    clients: int
    came: int
    median_days: int | None
    """After so many days half of them have come. None: so many have not come yet."""
    points: Sequence[Point]


class _Step(NamedTuple):
    """What is known after a day."""

    days: int
    at_risk: int
    """Before it."""
    stay: Fraction
    """How many have not come again. Exact: a product of floats misses the half by a little."""
    spread: float
    """The sum of Greenwood, from which the interval follows."""


def make_curve(watched: Iterable[Watched]) -> Curve:
    """The curve of some clients, with a point every thirty days as long as somebody is watched."""
    rows = sorted(watched)
    steps = _steps(rows)
    last = max((one.days for one in rows), default=0)
    return Curve(
        clients=sum(one.came + one.left for one in rows),
        came=sum(one.came for one in rows),
        median_days=next((one.days for one in steps if one.stay <= HALF), None),
        points=[_point(days, rows, steps) for days in range(STEP_DAYS, last + 1, STEP_DAYS)],
    )


def _steps(rows: Sequence[Watched]) -> list[_Step]:
    """After each day on which somebody came. Who leaves on the same day is still watched on it."""
    at_risk = sum(one.came + one.left for one in rows)
    stay, spread = Fraction(1), 0.0
    steps: list[_Step] = []
    for one in rows:
        if one.came:
            stay *= 1 - Fraction(one.came, at_risk)
            spread += one.came / (at_risk * (at_risk - one.came)) if one.came < at_risk else 0.0
            steps.append(_Step(one.days, at_risk, stay, spread))
        at_risk -= one.came + one.left
    return steps


def _point(days: int, rows: Sequence[Watched], steps: Sequence[_Step]) -> Point:
    before = [one for one in steps if one.days <= days]
    stay, spread = (before[-1].stay, before[-1].spread) if before else (Fraction(1), 0.0)
    at_risk = sum(one.came + one.left for one in rows if one.days >= days)
    return Point(days, at_risk, round((1 - stay) * WHOLE_BP), _interval(stay, spread))


def _interval(stay: Fraction, spread: float) -> Interval | None:
    """On the scale log(-log), so that it never leaves the shares from nothing to all."""
    if not 0 < stay < 1:
        return None
    width = CERTAINTY * sqrt(spread) / -log(stay)
    fewest, most = stay ** exp(-width), stay ** exp(width)
    return Interval(round((1 - fewest) * WHOLE_BP), round((1 - most) * WHOLE_BP))
