"""What reports of return know of a client, as plain values."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Period(NamedTuple):
    """Days of the company's calendar. The last one is not included."""

    first: date
    until: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day < self.until


class By(StrEnum):
    """What a report is divided by."""

    WORKER = "worker"
    SOURCE = "source"
    CATEGORY = "category"
    AREA = "area"


class Filters(NamedTuple):
    """Only some clients. None: any. An empty source: nobody knows how they came to us."""

    source: str | None = None
    worker_id: UUID | None = None
    """Who led the visit."""
    category: str | None = None
    territory_id: UUID | None = None
    """Where the site lies."""
