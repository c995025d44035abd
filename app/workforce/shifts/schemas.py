from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from app.http.schemas import In, Moment, Out
from app.workforce.shifts.models import Shift
from app.workforce.shifts.service import Period


class PeriodIn(In):
    """[starts_at, ends_at)."""

    starts_at: Moment
    ends_at: Moment

    def period(self) -> Period:
        return Period(self.starts_at, self.ends_at)


class AddShifts(In):
    periods: Annotated[list[PeriodIn], Meta(min_length=1, max_length=400)]
    """All are added, or none if one overlaps."""


class ShiftOut(Out):
    id: UUID
    worker_id: UUID
    starts_at: datetime | None
    ends_at: datetime | None

    @classmethod
    def of(cls, shift: Shift) -> Self:
        return cls(
            id=shift.id,
            worker_id=shift.worker_id,
            starts_at=shift.period.lower,
            ends_at=shift.period.upper,
        )


class ShiftsOut(Out):
    items: list[ShiftOut]

    @classmethod
    def of(cls, shifts: Sequence[Shift]) -> Self:
        return cls(items=[ShiftOut.of(shift) for shift in shifts])
