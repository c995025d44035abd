"""How many of the newcomers of a month became fans, and how soon."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

HORIZONS = (30, 90, 180, 365, 730)
"""Days after the first purchase."""


class Became(NamedTuple):
    """Clients who bought for the first time in one month, and became fans after as many days."""

    month: date
    """Its first day."""
    days: int | None
    """None: they are no fans yet."""
    clients: int


class Cohort(NamedTuple):
    """The newcomers of a month."""

    month: date
    newcomers: int
    fans: int
    """Those who are fans by now, or were."""
    within: Mapping[int, int | None]
    """Fans by days since the first purchase. None: not all of the month have had so many days."""


def make_cohorts(counted: Iterable[Became], *, today: date) -> list[Cohort]:
    """One cohort for each month that has newcomers, in the order of time."""
    of_month: dict[date, list[Became]] = defaultdict(list)
    for one in counted:
        of_month[one.month].append(one)
    return [_cohort(month, of_month[month], today) for month in sorted(of_month)]


def _cohort(month: date, counted: Sequence[Became], today: date) -> Cohort:
    fans = [(one.days, one.clients) for one in counted if one.days is not None]
    return Cohort(
        month,
        sum(one.clients for one in counted),
        sum(clients for _, clients in fans),
        {
            days: sum(clients for after, clients in fans if after <= days)
            if next_month(month) + timedelta(days=days) <= today
            else None
            for days in HORIZONS
        },
    )


def next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
