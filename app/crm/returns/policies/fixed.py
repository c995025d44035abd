"""Return between two fixed periods: who bought in the first, and who of them bought in the second."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from app.crm.pasts.values import Bought
from app.crm.returns.values import Buyer, By, Period


class Counted(NamedTuple):
    visited: int = 0
    returned: int = 0
    same_worker: int = 0
    """Came back to the worker of the group. In other groups than workers: to one who had been there before."""

    def plus(self, returned: bool, same_worker: bool) -> "Counted":
        return Counted(self.visited + 1, self.returned + returned, self.same_worker + same_worker)

    @property
    def lost(self) -> int:
        return self.visited - self.returned


class Group(NamedTuple):
    """All clients, and those of them who bought for the first time."""

    total: Counted = Counted()
    new: Counted = Counted()


def periods_before(returned: Period, loss_days: int) -> Period:
    """The period of visits that other products call the loss period: the days before the period of returns."""
    return Period(returned.first - timedelta(days=loss_days), returned.first)


class FixedCount:
    """Counts clients as they come, all of them and by group: by worker, source, category or area. A client counts in
    each group in which he bought."""

    def __init__(self, visited: Period, returned: Period, by: By | None = None) -> None:
        self._visited, self._returned, self._by = visited, returned, by
        self.whole = Group()
        self.groups: dict[str, Group] = defaultdict(Group)

    def take(self, buyers: Iterable[Buyer]) -> None:
        for buyer in buyers:
            first = [one for one in buyer.bought if one.on in self._visited]
            if first:
                self._take(buyer, first)

    def _take(self, buyer: Buyer, first: list[Bought]) -> None:
        second = [one for one in buyer.bought if one.on in self._returned]
        is_new = buyer.bought[0].on >= self._visited.first
        workers = _workers(first)
        self.whole = _count(self.whole, second, workers, is_new)
        for key in _keys(buyer, first, self._by):
            of_group = {UUID(key)} if self._by is By.WORKER else workers
            self.groups[key] = _count(self.groups[key], second, of_group, is_new)


def _count(group: Group, second: list[Bought], workers: set[UUID], is_new: bool) -> Group:
    came, to_same = bool(second), bool(workers & _workers(second))
    total = group.total.plus(came, to_same)
    return Group(total, group.new.plus(came, to_same) if is_new else group.new)


def _workers(bought: Iterable[Bought]) -> set[UUID]:
    return {worker for one in bought for worker in one.workers}


def _keys(buyer: Buyer, first: Iterable[Bought], by: By | None) -> Iterator[str]:
    """The groups in which he bought."""
    if by is By.SOURCE:
        yield buyer.source
    elif by is By.WORKER:
        yield from sorted(str(worker) for worker in _workers(first))
    elif by is By.CATEGORY:
        yield from sorted({code for one in first for code in one.categories})
    elif by is By.AREA:
        sites = {site for one in first for site in one.sites}
        yield from sorted({str(area) for site in sites for area in buyer.areas.get(site, ())} or {""})


def last_before_loss(buyer: Buyer, visited: Period, returned: Period) -> Bought | None:
    """His last purchase in the first period, if he bought nothing in the second. None: he is not lost."""
    if any(one.on in returned for one in buyer.bought):
        return None
    return max((one for one in buyer.bought if one.on in visited), key=lambda one: one.on, default=None)
