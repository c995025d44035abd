"""What reports of return know of a client, as plain values."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.crm.pasts.values import Bought, Expected


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
