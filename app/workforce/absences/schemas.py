from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from app.http.schemas import LongText, Out, Text
from app.workforce.absences.models import Absence
from app.workforce.shifts.schemas import PeriodIn


class AddAbsence(PeriodIn):
    kind: Literal["vacation", "sick", "private", "break"]
    comment: LongText = ""
    override_reason: Text | None = None
    """Needed if visits that are offered or accepted lie in its time. They stay booked, and the reason stands in
    their history."""
    even_if_booked: bool = False
    """The same without saying why."""


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
