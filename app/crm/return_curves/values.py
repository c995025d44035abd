"""Whose curves are looked at."""

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.crm.returns.values import Period


class CohortBy(StrEnum):
    """What clients are divided by."""

    MONTH = "month"
    """Of the first purchase."""
    CATEGORY = "category"
    """Of the first purchase."""
    SOURCE = "source"
    WORKER = "worker"
    """Who led the visits of the first purchase."""


class Cohort(NamedTuple):
    """Clients who bought for the first time in a period. What is None is not asked for."""

    period: Period
    source: str | None = None
    worker_id: UUID | None = None
    category: str | None = None

    @property
    def only(self) -> tuple[str | None, UUID | None, str | None]:
        return self.source, self.worker_id, self.category
