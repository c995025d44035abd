"""How long a warranty lasts."""

import calendar
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from app.core.folding import fold, fold_code
from app.documents.passports.stored import StoredPassport


def is_same_product(known: dict[str, Any], given: dict[str, Any]) -> bool:
    """Whether two acts of a site speak of one thing: it is called the same, and so is its opening.

    Two serial numbers are two things: a window that replaces another has a number of its own. The same one does
    not make one thing of two openings: crews write the number of the plant's order there. Without an opening it
    must tell; without both nobody can.
    """
    if (known["kind"], fold(known["name"])) != (given["kind"], fold(given["name"])):
        return False
    same_opening = _are_same(known["opening_label"], given["opening_label"])
    same_serial = _are_same(known["serial"], given["serial"])
    if same_opening is None:
        return same_serial is True
    return same_opening and same_serial is not False


def find_twin(known: Iterable[StoredPassport], given: StoredPassport) -> StoredPassport | None:
    """The passport that the product has. Of several in its opening, one with the same serial number goes first, then
    the newest: the others have been replaced.
    """
    twins = [one for one in known if is_same_product(one.product, given.product)]
    serial = given.product["serial"]
    return max(
        twins,
        key=lambda one: (_are_same(one.product["serial"], serial) is True, one.installed_on, one.id),
        default=None,
    )


def _are_same(one: str, other: str) -> bool | None:
    """None if one of them says nothing."""
    codes = fold_code(one), fold_code(other)
    return codes[0] == codes[1] if all(codes) else None


def add_to_passport(known: StoredPassport, given: StoredPassport) -> StoredPassport:
    """The passport with what another act says of the product: what was blank is filled in, the longer warranty
    counts, and the history goes on. What was installed when stays.
    """
    return msgspec.structs.replace(
        known,
        product=known.product
        | {field: value for field, value in given.product.items() if not known.product[field]},
        measurements=known.measurements or given.measurements,
        warranty_until=max(filter(None, (known.warranty_until, given.warranty_until)), default=None),
        history=[*known.history, *_news(known, given)],
    )


def _news(known: StoredPassport, given: StoredPassport) -> list[dict[str, Any]]:
    """Facts that the passport does not have. That it was installed is not said twice: it was accepted again."""
    again = {"on": given.installed_on.isoformat(), "kind": "accepted_again"}
    is_same_act = known.act_id == given.act_id
    facts = [
        *(fact for fact in given.history if fact["kind"] != "installed"),
        *([] if is_same_act else [again]),
    ]
    return [fact for fact in facts if fact not in known.history]


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last day of a month that is too short."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def warranty_until(installed_on: date, *, own_months: int | None, work_months: Sequence[int]) -> date | None:
    """The last day of a product's warranty, or None if there is none.

    The product's own term counts if it was given, else the longest term of the works on the act.
    """
    months = own_months if own_months is not None else max(work_months, default=0)
    return add_months(installed_on, months) if months else None


class WarrantyState(StrEnum):
    UNDER_WARRANTY = "under_warranty"
    EXPIRED = "expired"
    NONE = "none"


def warranty_state(until: date | None, *, today: date) -> WarrantyState:
    if until is None:
        return WarrantyState.NONE
    return WarrantyState.UNDER_WARRANTY if today <= until else WarrantyState.EXPIRED
