"""What the works of an act cost: values in, values out.

Work that the client has agreed to goes at the price he agreed to, up to the quantity he agreed to. The rest is
beyond the contract and goes at today's price list.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from app.core.errors import Invalid
from app.core.quantities import fits_unit, line_sum, round_kop, stored_quantity
from app.documents.content.act import ActLine
from app.documents.price_list.models import WorkItem


class WorkDone(msgspec.Struct, kw_only=True, frozen=True):
    """One kind of work the crew has done, by the price list."""

    work_code: str
    quantity: Decimal
    """In the unit of the price list."""
    comment: str = ""


class AgreedWork(msgspec.Struct, kw_only=True, frozen=True):
    """A work of the price list in the contract, as the client agreed to it."""

    work_code: str
    name_ru: str
    name_en: str
    unit: str
    quantity: Decimal
    price_kop: int
    total_kop: int
    """Of the whole line, less its discount."""
    warranty_months: int


class WorkLeft(NamedTuple):
    """How much of a work in the contract no act has taken."""

    work_code: str
    name_ru: str
    name_en: str
    unit: str
    quantity: Decimal


def works_left(agreed: Sequence[AgreedWork], done: Mapping[str, Decimal]) -> list[WorkLeft]:
    """What of the contract's works is left to do, one for each code: an act takes from all lines of a code.

    `done` is how much earlier acts have taken, by code.
    """
    left: dict[str, WorkLeft] = {}
    for line in agreed:
        known = left.get(line.work_code)
        before = known.quantity if known else -done.get(line.work_code, Decimal(0))
        left[line.work_code] = WorkLeft(
            line.work_code, line.name_ru, line.name_en, line.unit, before + line.quantity
        )
    return [one for one in left.values() if one.quantity > 0]


class PricedWorks(msgspec.Struct, kw_only=True, frozen=True):
    """The lines of an act with their prices, and what the crew earns for each."""

    lines: list[ActLine]
    rates: list[dict[str, Any]]

    @property
    def total_kop(self) -> int:
        return sum(line.sum_kop for line in self.lines)

    @property
    def beyond_kop(self) -> int:
        """What no contract covers."""
        return sum(line.sum_kop for line in self.lines if not line.by_contract)


class _Taken(NamedTuple):
    """A part of an agreed line that an act takes."""

    agreed: AgreedWork
    quantity: Decimal
    total_kop: int


class _Remains:
    """What is left of the contract's works while lines take from it."""

    def __init__(self, agreed: Sequence[AgreedWork], done: Mapping[str, Decimal]) -> None:
        self._agreed = agreed
        self._used = [Decimal(0)] * len(agreed)
        for code, quantity in done.items():
            list(self.take(code, quantity))

    def take(self, code: str, quantity: Decimal) -> Iterator[_Taken]:
        """Take up to this quantity, from the first line on. What is taken is less if not so much was agreed."""
        for place, agreed in enumerate(self._agreed):
            used = self._used[place]
            part = min(quantity, agreed.quantity - used)
            if agreed.work_code == code and part > 0:
                self._used[place] = used + part
                quantity -= part
                yield _Taken(agreed, part, _share(agreed, used + part) - _share(agreed, used))


def _share(agreed: AgreedWork, quantity: Decimal) -> int:
    """What the first so many units of a line cost. So the parts of a line add up to its total."""
    return round_kop(agreed.total_kop * quantity / agreed.quantity)


def price_works(
    works: Sequence[WorkDone],
    items: Mapping[str, WorkItem],
    *,
    agreed: Sequence[AgreedWork],
    done: Mapping[str, Decimal],
) -> PricedWorks:
    """The lines of an act. `items` is the price list, also what is no longer on it; `done` is how much of the
    contract earlier acts have taken, by code.

    Raises:
        Invalid: a work that is neither agreed nor on the price list, or a part of what is counted in pieces.
    """
    remains, lines, rates = _Remains(agreed, done), list[ActLine](), list[dict[str, Any]]()
    errors: list[dict[str, Any]] = []
    for index, work in enumerate(works):
        item = items.get(work.work_code)
        found = list(_lines_of(work, item, remains))
        errors += [
            {"path": f"lines[{index}].{field}", "code": code} for field, code in _faults(work, item, found)
        ]
        for line in found:
            lines.append(msgspec.structs.replace(line, position=len(lines) + 1))
            rates.append(_rate(len(lines), line, item))
    if errors:
        raise Invalid(errors=errors)
    return PricedWorks(lines=lines, rates=rates)


def _lines_of(work: WorkDone, item: WorkItem | None, remains: _Remains) -> Iterator[ActLine]:
    left = work.quantity
    for taken in remains.take(work.work_code, work.quantity):
        left -= taken.quantity
        yield _agreed_line(work, taken)
    if left > 0 and item is not None and item.is_active:
        yield _listed_line(work, item, left)


def _faults(work: WorkDone, item: WorkItem | None, found: Sequence[ActLine]) -> Iterator[tuple[str, str]]:
    """Fields of a work that cannot be right, each with its code."""
    covered = sum((Decimal(line.quantity) for line in found), Decimal(0))
    if covered < work.quantity:
        yield "work_code", "work_item_not_found"
    elif not fits_unit(work.quantity, found[0].unit):
        yield "quantity", "quantity_not_whole"


def _agreed_line(work: WorkDone, taken: _Taken) -> ActLine:
    agreed, full_kop = taken.agreed, line_sum(taken.quantity, taken.agreed.price_kop)
    return ActLine(
        position=0,
        code=agreed.work_code,
        name_ru=agreed.name_ru,
        name_en=agreed.name_en,
        unit=agreed.unit,
        quantity=stored_quantity(taken.quantity),
        price_kop=agreed.price_kop,
        discount_kop=full_kop - taken.total_kop,
        sum_kop=taken.total_kop,
        warranty_months=agreed.warranty_months,
        comment=work.comment,
        by_contract=True,
    )


def _listed_line(work: WorkDone, item: WorkItem, quantity: Decimal) -> ActLine:
    return ActLine(
        position=0,
        code=item.code,
        name_ru=item.name_ru,
        name_en=item.name_en,
        unit=item.unit,
        quantity=stored_quantity(quantity),
        price_kop=item.price_kop,
        sum_kop=line_sum(quantity, item.price_kop),
        warranty_months=item.warranty_months,
        comment=work.comment,
    )


def _rate(position: int, line: ActLine, item: WorkItem | None) -> dict[str, Any]:
    """What the crew earns for a line, by the version of the price list the act was drawn up with."""
    return {
        "line": position,
        "work_code": line.code,
        "work_item_version": item.row_version if item else 0,
        "quantity": line.quantity,
        "rate_kop": item.reward_kop if item else 0,
    }
