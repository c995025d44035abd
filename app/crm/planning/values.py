from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID


class StoredPlan(NamedTuple):
    """What the company wants to reach in a month."""

    newcomers: int
    new_fans: int
    paid_kop: int | None
    business: dict[str, Any]
    set_by: UUID
    set_at: datetime
    version: int


class NewPlan(NamedTuple):
    """A plan as somebody sets it."""

    newcomers: int
    new_fans: int
    paid_kop: int | None
    business: dict[str, Any]


class Reached(NamedTuple):
    """What has come of a month so far."""

    newcomers: int
    new_fans: int
    lost_fans: int
    paid_kop: int


class MonthSoFar(NamedTuple):
    """A month with its plan, if there is one, and what has come of it."""

    month: date
    days: int
    days_left: int
    """Of them, today included. 0: the month is over."""
    plan: StoredPlan | None
    reached: Reached
