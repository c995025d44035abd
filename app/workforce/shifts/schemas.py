from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import Meta

from app.http.schemas import In, LongText, Moment, Out
from app.workforce.absences.models import Absence
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
    """All of them or, when one overlaps, none."""


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


class AddAbsence(PeriodIn):
    kind: Literal["vacation", "sick", "private", "break"]
    comment: LongText = ""
    even_if_booked: bool = False
    """Write it down although a visit is booked then: somebody must find another worker for it."""


class AbsenceOut(Out):
    id: UUID
    worker_id: UUID
    kind: str
    starts_at: datetime | None
    ends_at: datetime | None
    comment: str

    @classmethod
    def of(cls, absence: Absence) -> Self:
        return cls(
            id=absence.id,
            worker_id=absence.worker_id,
            kind=absence.kind,
            starts_at=absence.period.lower,
            ends_at=absence.period.upper,
            comment=absence.comment,
        )


class AbsencesOut(Out):
    items: list[AbsenceOut]

    @classmethod
    def of(cls, absences: Sequence[Absence]) -> Self:
        return cls(items=[AbsenceOut.of(absence) for absence in absences])
