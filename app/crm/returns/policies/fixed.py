"""Return between two fixed periods: who bought in the first, and who of them bought in the second."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from app.crm.returns.values import Period


class Counted(NamedTuple):
    visited: int = 0
    returned: int = 0
    same_worker: int = 0
    """Came back to the worker of the group. In other groups than workers: to one who had been there before."""

    @property
    def lost(self) -> int:
        return self.visited - self.returned


class Group(NamedTuple):
    """All clients, and those of them who bought for the first time."""

    total: Counted = Counted()
    new: Counted = Counted()


class FixedCount(NamedTuple):
    """A client counts in each group in which he bought."""

    whole: Group
    groups: Mapping[str, Group]
    """By worker, source, category or area."""


def periods_before(returned: Period, loss_days: int) -> Period:
    """The period of visits that other products call the loss period: the days before the period of returns."""
    return Period(returned.first - timedelta(days=loss_days), returned.first)
