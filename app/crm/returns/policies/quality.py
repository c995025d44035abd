"""What the clients of a source are worth: whether they come again, and what they were given to come at all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.crm.pasts.values import Bought
from app.crm.returns.policies.rates import FEW, share_bp
from app.crm.returns.values import Buyer, Period

ONE_VISIT_BP = 8_000
DISCOUNT_BP = 1_500
"""A source is bad from this share of clients who came once, if they were given this discount for it."""


class Quality(NamedTuple):
    """Clients of one source."""

    clients: int = 0
    matured: int = 0
    """The time of a need that their first purchase opened is over, so it is certain whether they came again."""
    one_visit: int = 0
    """Of the matured: those who came once."""
    given_kop: int = 0
    """Discounts of first purchases."""
    asked_kop: int = 0
    """What these would have cost without."""

    @property
    def one_visit_bp(self) -> int | None:
        return share_bp(self.one_visit, self.matured)

    @property
    def discount_bp(self) -> int | None:
        return share_bp(self.given_kop, self.asked_kop)

    @property
    def is_bad(self) -> bool:
        """It brings people who come for a discount and never again. Of few clients nobody can say that."""
        one_visit, discount = self.one_visit_bp or 0, self.discount_bp or 0
        return self.matured >= FEW and one_visit >= ONE_VISIT_BP and discount >= DISCOUNT_BP


class QualityCount:
    """Counts clients by source, as they come: those who bought for the first time in a period."""

    def __init__(self, first_bought: Period, today: date) -> None:
        self._period, self._today = first_bought, today
        self.sources: dict[str, Quality] = defaultdict(Quality)

    def _first(self, buyer: Buyer) -> Bought | None:
        first = buyer.bought[0] if buyer.bought else None
        return first if first is not None and first.on in self._period else None

    def first_visits(self, buyer: Buyer) -> Set[UUID]:
        """Visits of his first purchase, if it counts here."""
        first = self._first(buyer)
        return first.visits if first is not None else frozenset()

    def take(self, buyers: Iterable[Buyer], discounts: Mapping[UUID, tuple[int, int]]) -> None:
        """`discounts`: what was given and what was still to be paid, by visit."""
        for buyer in buyers:
            first = self._first(buyer)
            if first is not None:
                given = [discounts[visit] for visit in first.visits if visit in discounts]
                self.sources[buyer.source] = self._plus(self.sources[buyer.source], buyer, given)

    def _plus(self, counted: Quality, buyer: Buyer, given: list[tuple[int, int]]) -> Quality:
        matured = self._is_matured(buyer)
        return Quality(
            clients=counted.clients + 1,
            matured=counted.matured + matured,
            one_visit=counted.one_visit + (matured and len(buyer.bought) == 1),
            given_kop=counted.given_kop + sum(discount for discount, _ in given),
            asked_kop=counted.asked_kop + sum(discount + paid for discount, paid in given),
        )

    def _is_matured(self, buyer: Buyer) -> bool:
        """The time of a need that his first purchase opened is over. Whether he came does not matter: otherwise those
        who come again would be counted sooner than those who do not."""
        first = buyer.bought[0]
        of_first = (need for need in buyer.expected if first.first_on <= need.anchor_on <= first.on)
        return any(need.is_matured(self._today) for need in of_first)
