"""What a client bought, and when he was expected, as plain values."""

from datetime import date
from typing import NamedTuple
from uuid import UUID


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
    total_kop: int = 0
    """Paid and not given back."""


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
