"""What comes of recommendations: values in, values out.

Whoever recommends goes on doing so: each time he is content himself, he brings his friends again. So later visits of
those whom he has brought count as influenced, if he himself was a client in the two years before. They stay visits of
their own source.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

YEARS = 2


class Brought(NamedTuple):
    """A client whom somebody has recommended."""

    recommended_on: date
    bought_on: Sequence[date]
    """Days of his purchases, in their order."""
    paid_kop: Sequence[int]
    """What each brought."""


class Influence(NamedTuple):
    clients: int = 0
    buyers: int = 0
    paid_kop: int = 0
    """What they have paid in all."""
    repeats: int = 0
    """Their visits after the first."""
    influenced: int = 0
    """Of these: in the two years after a visit of the recommender himself."""
    influenced_kop: int = 0


def count_influence(own_on: Sequence[date] | None, brought: Iterable[Brought]) -> Influence:
    """`own_on`: days of the recommender's own visits. None: he works here, and it counts when he said it."""
    total = Influence()
    for one in brought:
        own = [one.recommended_on] if own_on is None else own_on
        later = list(zip(one.bought_on, one.paid_kop, strict=True))[1:]
        influenced = [kop for on, kop in later if any(is_within(mine, on) for mine in own)]
        total = Influence(
            clients=total.clients + 1,
            buyers=total.buyers + bool(one.bought_on),
            paid_kop=total.paid_kop + sum(one.paid_kop),
            repeats=total.repeats + len(later),
            influenced=total.influenced + len(influenced),
            influenced_kop=total.influenced_kop + sum(influenced),
        )
    return total


def is_within(own: date, on: date) -> bool:
    """Whether a day is in the two years after the recommender's own visit, the last day included."""
    return own < on <= years_after(own)


def years_after(day: date) -> date:
    """29 February is 28 February in a common year."""
    try:
        return day.replace(year=day.year + YEARS)
    except ValueError:
        return day.replace(year=day.year + YEARS, day=28)
