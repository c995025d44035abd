from datetime import date, datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from app.dispatch.visits.schemas import DurationMin, VisitOut, VisitTime
from app.dispatch.visits.states import VisitState
from app.http.schemas import In, LongText, Moment, Out, Text
from app.orders.api import JobFacts, Production
from app.workforce.api import Beginning, CrewDay, CrewName


class CrewDayOut(Out):
    """How busy one crew is on one day of the company's calendar."""

    crew_id: UUID
    crew_name: str
    day: date
    shift_min: int
    """Minutes in which every member of the crew is on shift and not absent."""
    booked_min: int
    """Minutes in which at least one member of the crew is booked."""
    load_percent: int | None
    """Null on a day off."""

    @classmethod
    def of(cls, crew_day: CrewDay) -> Self:
        return cls(
            crew_id=crew_day.crew_id,
            crew_name=crew_day.crew_name,
            day=crew_day.day,
            shift_min=crew_day.shift_min,
            booked_min=crew_day.booked_min,
            load_percent=crew_day.load_percent,
        )


class CrewLoadOut(Out):
    items: list[CrewDayOut]
    """By day, then by name of the crew."""


class SlotOut(Out):
    """A time when a crew is free. It is not reserved: book it before somebody else does."""

    crew_id: UUID
    crew_name: str
    day: date
    starts_at: datetime
    ends_at: datetime
    load_percent: int | None
    """Of that crew on that day, before this installation."""

    @classmethod
    def of(cls, beginning: Beginning, duration: timedelta, load_percent: int | None) -> Self:
        return cls(
            crew_id=beginning.crew_id,
            crew_name=beginning.crew_name,
            day=beginning.day,
            starts_at=beginning.starts_at,
            ends_at=beginning.starts_at + duration,
            load_percent=load_percent,
        )


class SlotsOut(Out):
    ready_from: datetime
    """No slot begins earlier. The morning after the planned ready date, or now if the order is ready."""
    duration_min: int
    items: list[SlotOut]
    """By day, then the least busy crew first; at most three for each crew and day."""


class BookInstallation(In):
    crew_id: UUID
    starts_at: Moment
    agreed_with_client: Annotated[bool, Meta(description="Must be true: the client knows and agrees")]
    duration_min: DurationMin | None = None
    """Default: the duration of the job type."""
    job_type_id: UUID | None = None
    """Which kind of installation; needed when the company has several."""
    window_starts_at: Moment | None = None
    """The client is promised an arrival in this window. Default: the first hour of the visit."""
    window_ends_at: Moment | None = None
    instructions: LongText = ""
    even_if_early: bool = False
    """Book although the windows are not expected by then, without saying why. `override_reason` says it."""
    override_reason: Text | None = None
    """Needed where the booking would be refused as `not_ready_then` or `assignee_unsuitable`. Kept in the
    visit's history."""

    def time(self) -> VisitTime:
        return VisitTime(
            starts_at=self.starts_at,
            duration_min=self.duration_min,
            window_starts_at=self.window_starts_at,
            window_ends_at=self.window_ends_at,
        )


class InstallationOut(Out):
    production_order_id: UUID
    job_id: UUID
    job_number: int
    crew_id: UUID
    visit: VisitOut

    @classmethod
    def of(cls, order: Production, job: JobFacts, visit: VisitState, crew: CrewName) -> Self:
        return cls(
            production_order_id=order.id,
            job_id=job.id,
            job_number=job.number,
            crew_id=crew.id,
            visit=VisitOut.of(visit),
        )
