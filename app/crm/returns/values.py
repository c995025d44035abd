"""What reports of return know of a client, as plain values."""

from collections.abc import Sequence
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


class Bought(NamedTuple):
    """A purchase."""

    first_on: date
    """The day of its first act."""
    on: date
    """The day of its last act. It counts as the day of the visit."""
    workers: frozenset[UUID]
    """Who led its visits."""
    categories: frozenset[str]
    sites: frozenset[UUID]
    visits: frozenset[UUID] = frozenset()


class Expected(NamedTuple):
    """When a client was expected for one need. Later rules and later words do not change what is over."""

    site_id: UUID | None
    category: str
    anchor_on: date
    due_on: date
    early_on: date
    """A purchase from here …"""
    late_on: date
    """… to here, both included, is a return."""
    worker_id: UUID | None
    """Who led the visit from which the need counts."""
    renewed_on: date | None = None
    """The need was met, and counts anew from this day."""

    def is_matured(self, today: date) -> bool:
        """It is certain whether he returned."""
        return self.late_on < today

    @property
    def is_ahead(self) -> bool:
        """He came for it so early that nobody had to expect him."""
        return self.renewed_on is not None and self.renewed_on < self.early_on


class Buyer(NamedTuple):
    """A client who has bought something."""

    client_id: UUID
    source: str
    """Empty: nobody knows how he came to us."""
    bought: Sequence[Bought]
    """In the order of their days."""
    expected: Sequence[Expected]
    areas: dict[UUID, frozenset[UUID]] = {}
    """Territories in which his sites lie, by site."""
