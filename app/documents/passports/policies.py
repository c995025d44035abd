"""How long a warranty lasts."""

import calendar
from collections.abc import Sequence
from datetime import date
from enum import StrEnum


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
