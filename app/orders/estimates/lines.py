"""Makes the lines of an estimate from what somebody wrote, the price list and the measurement: values in, values
out."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from app.core.errors import Invalid
from app.core.quantities import fits_unit, has_places
from app.documents.api import PricedWork
from app.orders.estimates.pricing import Discount, LinePrice, price_line
from app.orders.estimates.schemas import EstimateLineIn


class WrittenLine(NamedTuple):
    """The columns of a line, and its price for the sums of the estimate."""

    row: dict[str, Any]
    price: LinePrice


def write_lines(
    lines: Sequence[EstimateLineIn], works: Mapping[str, PricedWork], openings: set[str] | None
) -> list[WrittenLine]:
    """The lines with their prices. `openings` are the labels of the newest sheet; None: nothing was measured.

    Raises:
        Invalid: what cannot be right, each with its path.
    """
    errors = [
        {"path": f"lines[{index}].{field}", "code": code}
        for index, line in enumerate(lines)
        for field, code in _faults(line, works, openings)
    ]
    if errors:
        raise Invalid(errors=errors)
    return [_write(line, works.get(line.work_code or "")) for line in lines]


def _faults(
    line: EstimateLineIn, works: Mapping[str, PricedWork], openings: set[str] | None
) -> Iterator[tuple[str, str]]:
    """Each field that cannot be right, with the code of what is wrong."""
    work = works.get(line.work_code) if line.work_code is not None else None
    if line.work_code is None:
        missing = [name for name in ("name", "unit", "price_kop") if not _is_given(getattr(line, name))]
        yield from ((name, "line_incomplete") for name in missing)
    elif work is None:
        yield "work_code", "work_item_not_found"
    unit = work.unit if work else line.unit
    if unit is not None and not fits_unit(line.exact_quantity, unit):
        yield "quantity", "quantity_not_whole"
    if openings is not None and line.opening_label and line.opening_label not in openings:
        yield "opening_label", "opening_unknown"
    yield from _faults_of_discount(line, work)


def _is_given(value: str | int | None) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _faults_of_discount(line: EstimateLineIn, work: PricedWork | None) -> Iterator[tuple[str, str]]:
    is_discounted = line.discount_kop is not None or line.discount_percent is not None
    is_repriced = work is not None and line.price_kop not in (None, work.price_kop)
    if line.discount_kop is not None and line.discount_percent is not None:
        yield "discount_percent", "two_discounts"
    if (is_discounted or is_repriced) and not line.reason.strip():
        yield "reason", "reason_needed"
    if line.discount_percent is not None and not has_places(Decimal(str(line.discount_percent)), 2):
        yield "discount_percent", "percent_too_fine"
    sum_kop = price_line(line.exact_quantity, _price(line, work) or 0).sum_kop
    if line.discount_kop is not None and line.discount_kop > sum_kop:
        yield "discount_kop", "discount_too_large"


def _price(line: EstimateLineIn, work: PricedWork | None) -> int | None:
    return line.price_kop if line.price_kop is not None or work is None else work.price_kop


def _write(line: EstimateLineIn, work: PricedWork | None) -> WrittenLine:
    percent = None if line.discount_percent is None else Decimal(str(line.discount_percent))
    discount = Discount(line.discount_kop, percent) if line.discount_kop or percent else None
    price_kop = _price(line, work) or 0
    price = price_line(line.exact_quantity, price_kop, discount=discount, vat_rate=line.vat_rate)
    name = (line.name or "").strip()
    row = {
        "part": line.part,
        "work_code": line.work_code,
        "work_item_version": work.version if work else None,
        "opening_label": line.opening_label,
        "name_ru": name or (work.name_ru if work else ""),
        "name_en": name or (work.name_en if work else ""),
        "unit": work.unit if work else line.unit,
        "quantity": line.exact_quantity,
        "price_kop": price_kop,
        "discount_percent": percent,
        "reason": line.reason.strip(),
        "vat_rate": line.vat_rate,
        "warranty_months": work.warranty_months if work else 0,
        **price._asdict(),
    }
    return WrittenLine(row, price)
