"""What screens of the office show of statuses, as values."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID


class LifeRow(NamedTuple):
    """How a client stands, with his name."""

    client_id: UUID
    name: str
    surname: str
    status: str
    reason: str
    params: Mapping[str, Any]
    since: datetime
    due_on: date | None
    due_source: str | None
    purchases: int
    receipts: int
    total_kop: int
    tier: str | None
    first_purchase_at: datetime | None
    last_purchase_at: datetime | None
    active_at: datetime | None

    @property
    def full_name(self) -> str:
        return f"{self.surname} {self.name}".strip()

    @property
    def is_new(self) -> bool:
        return self.first_purchase_at is None

    def is_cold(self, cold_days: int, now: datetime) -> bool:
        is_silent = self.active_at is not None and self.active_at < now - timedelta(days=cold_days)
        return self.status == "lead" and is_silent


class ShownStep(NamedTuple):
    id: UUID
    at: datetime
    was: str | None
    status: str
    reason: str
    params: Mapping[str, Any]
    rules_version: int
    created_at: datetime
    is_withdrawn: bool


class ShownTrack(NamedTuple):
    site_id: UUID
    category: str
    anchor_on: date
    due_on: date
    due_source: str


class Transition(NamedTuple):
    was: str | None
    status: str
    clients: int


class WeekMoves(NamedTuple):
    """How many clients changed from one status to another in a week."""

    week: date
    """Its Monday."""
    was: str | None
    status: str
    clients: int


class WeekStand(NamedTuple):
    """How many clients had which status when a week ended."""

    week: date
    clients: Mapping[str, int]


class Funnel(NamedTuple):
    newcomers: int
    fans: int
