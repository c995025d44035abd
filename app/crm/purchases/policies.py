"""What counts as a purchase: values in, values out.

A purchase is all signed acts of one order, or of one site at most `near_days` apart, that belong to a category which
counts, if the client has paid more for these orders than he got back. A prepayment alone is none. A full refund
annuls it as if it had never been; a partial one only makes its sum smaller.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID


class SignedAct(NamedTuple):
    """An act that can be part of a purchase."""

    at: datetime
    on: date
    """The day of the signature by the company's calendar."""
    order_id: UUID | None
    site_id: UUID | None
    visit_id: UUID | None
    categories: Sequence[str]


class Purchase(NamedTuple):
    first_at: datetime
    """The first signature."""
    last_at: datetime
    on: date
    """The day of the last signature. The next need counts from here."""
    total_kop: int
    """Paid and not given back."""
    acts: Sequence[SignedAct]

    @property
    def categories(self) -> set[str]:
        return {code for act in self.acts for code in act.categories}


def find_purchases(
    acts: Sequence[SignedAct], paid_kop: Mapping[UUID | None, int], *, near_days: int
) -> list[Purchase]:
    """The purchases, in the order of their last signatures. `acts` are in time order; `paid_kop` is what is held by
    order."""
    groups = _groups(acts, timedelta(days=near_days))
    found = [_purchase(group, paid_kop) for group in groups]
    return sorted((one for one in found if one.total_kop > 0), key=lambda one: (one.last_at, one.first_at))


def _purchase(group: Sequence[SignedAct], paid_kop: Mapping[UUID | None, int]) -> Purchase:
    orders = {act.order_id for act in group}
    total = sum(paid_kop.get(order, 0) for order in orders)
    return Purchase(group[0].at, group[-1].at, group[-1].on, total, group)


def _groups(acts: Sequence[SignedAct], near: timedelta) -> list[list[SignedAct]]:
    """Join the acts of an order, and neighbours of a site that are near in time. Acts stay in time order."""
    leader = list(range(len(acts)))

    def lead(place: int) -> int:
        while leader[place] != place:
            place = leader[place]
        return place

    by_order: dict[UUID, int] = {}
    by_site: dict[UUID, int] = {}
    for place, act in enumerate(acts):
        if act.order_id is not None:
            leader[lead(place)] = lead(by_order.setdefault(act.order_id, place))
        if act.site_id is not None:
            before = by_site.get(act.site_id)
            if before is not None and act.on - acts[before].on <= near:
                leader[lead(place)] = lead(before)
            by_site[act.site_id] = place
    groups: dict[int, list[SignedAct]] = {}
    for place, act in enumerate(acts):
        groups.setdefault(lead(place), []).append(act)
    return list(groups.values())
