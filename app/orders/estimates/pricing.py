"""What a line of an estimate costs: values in, values out. Sums are in kopecks.

1. Sum = quantity × price, rounded to the kopeck, half up.
2. A discount is a sum, or a percentage of the line's sum rounded to the kopeck, half up. It is never more than the
   line's sum.
3. Total = sum − discount. This is what the client pays: prices for people contain their VAT (Tax Code of the
   Russian Federation, art. 168 p. 6).
4. VAT is the part of the total that the calculated rate gives, rate / (100 + rate) (art. 164 p. 4), rounded to the
   kopeck, half up. It is counted for each line and added up, so a paper adds up line by line.
   Rounding kopecks half up follows art. 52 p. 6, which rounds the tax itself so.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from app.core.quantities import line_sum, round_kop

VAT_RATES = (0, 5, 7, 10, 20, 22)
"""Percent. No rate at all means that the company pays no VAT, which is another thing than 0 %."""


class Discount(NamedTuple):
    """A sum or a percentage, one of the two."""

    amount_kop: int | None
    percent: Decimal | None


class LinePrice(NamedTuple):
    sum_kop: int
    """Quantity × price."""
    discount_kop: int
    total_kop: int
    vat_kop: int
    """The VAT that the total contains."""


def price_line(
    quantity: Decimal, price_kop: int, *, discount: Discount | None = None, vat_rate: int | None = None
) -> LinePrice:
    """See the rules above."""
    sum_kop = line_sum(quantity, price_kop)
    discount_kop = _discount(sum_kop, discount) if discount else 0
    total_kop = sum_kop - discount_kop
    return LinePrice(sum_kop, discount_kop, total_kop, vat_in(total_kop, vat_rate))


def _discount(sum_kop: int, discount: Discount) -> int:
    if discount.percent is not None:
        return round_kop(sum_kop * discount.percent / 100)
    return min(discount.amount_kop or 0, sum_kop)


def vat_in(total_kop: int, vat_rate: int | None) -> int:
    """The VAT that a sum contains; 0 without a rate."""
    return round_kop(Decimal(total_kop) * vat_rate / (100 + vat_rate)) if vat_rate else 0


class Totals(NamedTuple):
    """The sums of an estimate."""

    goods_kop: int
    work_kop: int
    discount_kop: int
    vat_kop: int

    @property
    def total_kop(self) -> int:
        return self.goods_kop + self.work_kop


def add_up(lines: Iterable[tuple[str, LinePrice]]) -> Totals:
    """The sums of lines, each given with its part (`goods` or `work`)."""
    goods, work, discount, vat = 0, 0, 0, 0
    for part, line in lines:
        if part == "goods":
            goods += line.total_kop
        else:
            work += line.total_kop
        discount, vat = discount + line.discount_kop, vat + line.vat_kop
    return Totals(goods, work, discount, vat)
