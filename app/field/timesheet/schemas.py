from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from app.field.schemas import FieldCommand
from app.field.timesheet.models import TimeComment, TimeCorrection
from app.field.timesheet.policies import Day, Stretch, TimeKind, TimeSaid, Unended
from app.http.schemas import In, Moment, Out, Text


class CorrectTime(In, kw_only=True):
    """What a worker did in [starts_at, ends_at). It replaces what was counted there."""

    starts_at: Moment
    ends_at: Moment
    """At most a day later, and not in the future."""
    says: TimeSaid
    """travel, work, pause, nothing (no time for the company), or as_tapped: earlier corrections of this time hold
    no longer."""
    visit_id: UUID | None = None
    reason: Text


class CommentTimeCorrection(FieldCommand, kw_only=True):
    comment: Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"\S")]


class StretchOut(Out):
    """He did one thing in [starts_at, ends_at)."""

    kind: TimeKind
    starts_at: datetime
    ends_at: datetime
    visit_id: UUID | None
    correction_id: UUID | None
    """Null: it follows from the history of the visit."""

    @classmethod
    def of(cls, stretch: Stretch) -> Self:
        return cls(**{name: getattr(stretch, name) for name in cls.__struct_fields__})


class UnendedOut(Out):
    """Something that began and did not end, or not when it was over. It counts for nothing until it is corrected."""

    kind: TimeKind
    since: datetime
    visit_id: UUID
    ended_at: datetime | None
    """Its end was tapped more than 16 hours later. Null: never."""

    @classmethod
    def of(cls, unended: Unended) -> Self:
        return cls(**{name: getattr(unended, name) for name in cls.__struct_fields__})


class TimeSumsOut(Out):
    """Whole seconds."""

    travel_s: int
    work_s: int
    pause_s: int
    overlap_s: int
    """Time that two visits claimed. It is counted once."""

    @classmethod
    def of(cls, days: Sequence[Day]) -> Self:
        return cls(**sums(days))


def sums(days: Sequence[Day]) -> dict[str, int]:
    """Seconds by kind, and of the overlap."""
    of_kind = {f"{kind}_s": sum(int(day.total(kind).total_seconds()) for day in days) for kind in TimeKind}
    return of_kind | {"overlap_s": sum(int(day.overlap.total_seconds()) for day in days)}


class TimesheetDayOut(TimeSumsOut):
    day: date
    """From midnight to midnight in the zone of the company."""
    stretches: list[StretchOut]
    """In time order, without overlaps."""
    unended: list[UnendedOut]

    @classmethod
    def of_day(cls, day: Day) -> Self:
        return cls(
            **sums([day]),
            day=day.day,
            stretches=[StretchOut.of(one) for one in day.stretches],
            unended=[UnendedOut.of(one) for one in day.unended],
        )


class TimeCommentOut(Out):
    id: UUID
    comment: str
    said_at: datetime

    @classmethod
    def of(cls, row: TimeComment) -> Self:
        return cls(id=row.id, comment=row.comment, said_at=row.said_at)


class TimeCorrectionOut(Out):
    """Who has corrected what, when and why. It never changes."""

    id: UUID
    worker_id: UUID
    revision: int
    """Corrections of a worker hold in this order."""
    starts_at: datetime
    ends_at: datetime
    says: TimeSaid
    visit_id: UUID | None
    was: list[dict[str, Any]]
    """The stretches that were counted in this time before."""
    reason: str
    corrected_by: UUID
    corrected_at: datetime
    comments: list[TimeCommentOut]
    """What the worker said of it, oldest first."""

    @classmethod
    def of(cls, row: TimeCorrection, comments: Iterable[TimeComment]) -> Self:
        fields = {name: getattr(row, name) for name in cls.__struct_fields__ if name != "comments"}
        shown = [TimeCommentOut.of(one) for one in comments]
        return cls(**fields | {"says": TimeSaid(row.says)}, comments=shown)


class TimeCorrectionsOut(Out):
    items: list[TimeCorrectionOut]


class TimesheetOut(Out):
    timezone: str
    days: list[TimesheetDayOut]
    total: TimeSumsOut
    """The sum of the days."""
    corrections: list[TimeCorrectionOut]
    """Those of the time shown, in the order in which they hold."""
