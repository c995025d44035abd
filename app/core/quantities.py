"""How much of a work or a thing: a decimal in the unit of its line, with up to three places.

Pieces and sets are whole. All arithmetic is in `Decimal`, so 2.4 is 2.4.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

PLACES: Final = 3
WHOLE_UNITS: Final = frozenset({"pcs", "set"})
"""Of these there is no half."""


def quantity_of(number: float | str) -> Decimal:
    """From a number as a program or JSON writes it: `2.4`, `"2.4"` and `2.40` are the same quantity."""
    quantity = Decimal(str(number)).normalize()
    return quantity.quantize(1) if quantity == quantity.to_integral_value() else quantity


def has_places(quantity: Decimal, places: int) -> bool:
    """Whether it can be written with so many decimal places."""
    return quantity == round(quantity, places)


def fits_unit(quantity: Decimal, unit: str) -> bool:
    return unit not in WHOLE_UNITS or has_places(quantity, 0)


def line_sum(quantity: Decimal, price_kop: int) -> int:
    """Quantity × price in whole kopecks. Half a kopeck is rounded up.

    The Tax Code asks for this rounding where VAT is put in roubles (art. 52, p. 6: less than half is left out,
    half and more counts as one). Offices round kopecks by the same school rule, so it is used for every sum.
    """
    return round_kop(quantity * price_kop)


def round_kop(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def stored_quantity(quantity: Decimal) -> int | str:
    """For canonical JSON, where a number with a fraction may come back changed: `2` or `"2.4"`."""
    return int(quantity) if has_places(quantity, 0) else str(quantity_of(str(quantity)))


def number_of(quantity: Decimal) -> int | float:
    """For JSON of the API. Three places survive the way through a float."""
    return int(quantity) if has_places(quantity, 0) else float(quantity)


def format_quantity(quantity: Decimal, lang: str) -> str:
    """`2,4` (ru) or `2.4` (en)."""
    written = str(quantity_of(str(quantity)))
    return written.replace(".", ",") if lang == "ru" else written
