"""Money of an order by what it is for: values in, values out. Sums are in kopecks.

An order has two parts: the goods (windows, doors, sills) and the work (fitting, repair). Each is charged by
itself, because money for the windows does not pay for the fitting.
"""

from typing import NamedTuple


class Amounts(NamedTuple):
    """Kopecks by part. Only money can be for `all`: for whatever is owed."""

    goods: int = 0
    work: int = 0
    all: int = 0

    @property
    def total(self) -> int:
        return self.goods + self.work + self.all

    def __neg__(self) -> "Amounts":
        return Amounts(-self.goods, -self.work, -self.all)


def amounts_due(charged: Amounts, held: Amounts, *, is_price_known: bool) -> Amounts:
    """What is left to pay of what is charged.

    1. Money for one part pays for that part.
    2. What one part does not need goes to the other, but only where the price of both is known, that is
       under a contract. Without one nobody knows what the goods cost, so none of their money is left over.
    3. Money for everything pays for the work first, then for the goods.
    """
    goods, work = charged.goods - held.goods, charged.work - held.work
    if is_price_known:
        goods, work = goods + min(work, 0), work + min(goods, 0)
    goods, work = max(goods, 0), max(work, 0)
    to_work = min(held.all, work)
    return Amounts(goods - min(held.all - to_work, goods), work - to_work)
