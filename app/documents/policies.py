"""Decisions about dates and money on documents: values in, values out."""

import calendar
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from app.core.money import split_kop


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


def credit_for(total_kop: int, *, paid_kop: int, acted_kop: int) -> int:
    """How much of an act is paid already.

    What the client has paid for the order goes to its acts in the order they were signed: `acted_kop`
    is the sum of those before. Never more than this act's total.
    """
    return min(max(paid_kop - acted_kop, 0), total_kop)


def divide_reward(*, quantity: int, rate_kop: int, shares: Sequence[int]) -> list[int]:
    """What each member earns for a line: quantity × rate by shares, adding up to the kopeck."""
    return split_kop(quantity * rate_kop, shares)
