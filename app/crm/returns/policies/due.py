"""Return of those who were due: only needs of which it is certain whether the client came back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from app.crm.pasts.values import Bought, Expected
from app.crm.returns.values import Buyer, By, Period


class Due(NamedTuple):
    """Needs that were due in a period."""

    matured: int = 0
    """It is certain whether the client came back."""
    returned: int = 0
    """He bought something of the company in time."""
    same_worker: int = 0
    """… and the worker who had led the visit before led this one, too."""
    met: int = 0
    """… and it was this need, at this site."""
    immature: int = 0
    """He can still come in time. These are never mixed with the others."""
    ahead: int = 0
    """He had it done long before. These were not due any more."""

    @property
    def lost(self) -> int:
        return self.matured - self.returned


class Outcome(NamedTuple):
    """How it ended with one need."""

    buyer: Buyer
    need: Expected
    returns: list[Bought]
    """Purchases in time."""

    @property
    def is_to_same_worker(self) -> bool:
        return any(self.need.worker_id in one.workers for one in self.returns)

    @property
    def is_met(self) -> bool:
        need = self.need
        return any(need.category in one.categories and need.site_id in one.sites for one in self.returns)


def find_outcomes(buyer: Buyer, due: Period) -> Iterator[Outcome]:
    """Needs of a client that were due in a period, without those that he had done long before."""
    for need in buyer.expected:
        if need.due_on in due and not need.is_ahead:
            yield Outcome(buyer, need, [one for one in buyer.bought if _is_return(one, need)])


def _is_return(bought: Bought, need: Expected) -> bool:
    """The purchase from which the need counts is none."""
    return need.early_on <= bought.on <= need.late_on and bought.first_on > need.anchor_on


class DueCount:
    """Counts needs of clients as they come, all of them and by group."""

    def __init__(self, due: Period, today: date, by: By | None = None) -> None:
        self._due, self._today, self._by = due, today, by
        self.whole = Due()
        self.groups: dict[str, Due] = defaultdict(Due)

    def take(self, buyers: Iterable[Buyer]) -> None:
        for buyer in buyers:
            for outcome in find_outcomes(buyer, self._due):
                self.whole = _plus(self.whole, outcome, self._today)
                for key in _keys(outcome, self._by):
                    self.groups[key] = _plus(self.groups[key], outcome, self._today)
            self.whole = self.whole._replace(ahead=self.whole.ahead + _ahead(buyer, self._due))


def _ahead(buyer: Buyer, due: Period) -> int:
    return sum(1 for need in buyer.expected if need.due_on in due and need.is_ahead)


def _plus(counted: Due, outcome: Outcome, today: date) -> Due:
    if not outcome.need.is_matured(today):
        return counted._replace(immature=counted.immature + 1)
    return counted._replace(
        matured=counted.matured + 1,
        returned=counted.returned + bool(outcome.returns),
        same_worker=counted.same_worker + outcome.is_to_same_worker,
        met=counted.met + outcome.is_met,
    )


def _keys(outcome: Outcome, by: By | None) -> list[str]:
    """The groups that a need belongs to. Empty: nobody knows."""
    need = outcome.need
    if by is None:
        return []
    if by is By.SOURCE:
        return [outcome.buyer.source]
    if by is By.CATEGORY:
        return [need.category]
    if by is By.WORKER:
        return [str(need.worker_id or "")]
    areas = outcome.buyer.areas.get(need.site_id) if need.site_id else None
    return sorted(map(str, areas or [""]))


def find_lost(buyer: Buyer, due: Period, today: date) -> list[Expected]:
    """Needs for which a client was lost: it is certain that he did not come."""
    found = find_outcomes(buyer, due)
    return [one.need for one in found if one.need.is_matured(today) and not one.returns]
