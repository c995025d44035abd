"""What the clients of a source are worth: whether they come again, and what they were given to come at all."""

from typing import NamedTuple

from app.crm.returns.policies.rates import FEW, share_bp

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
