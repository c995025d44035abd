from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

import msgspec

from app.dispatch.visits.models import VisitEvent
from app.dispatch.visits.states import VisitState
from app.http.schemas import In, Moment, Out, Text

DURATION_MAX_MIN = 2880
DurationMin = Annotated[int, msgspec.Meta(ge=5, le=DURATION_MAX_MIN, description="Minutes")]


class VisitTime(In):
    """The time of a visit. The client is promised an arrival in the window. Default: the first hour."""

    starts_at: Moment
    duration_min: DurationMin | None = None
    """Default: the duration of the job type."""
    window_starts_at: Moment | None = None
    window_ends_at: Moment | None = None

    @property
    def duration(self) -> timedelta | None:
        return timedelta(minutes=self.duration_min) if self.duration_min else None

    def window(self) -> tuple[datetime, datetime]:
        start = self.window_starts_at or self.starts_at
        return start, self.window_ends_at or start + timedelta(hours=1)


class PlanVisit(VisitTime, kw_only=True):
    override_reason: Text | None = None
    """Needed where the time would be refused as `not_ready_then`. Kept in the visit's history."""


class MoveVisit(In):
    """What is left out stays as it is: with a new start alone, the visit and its window keep their lengths."""

    starts_at: Moment | None = None
    duration_min: DurationMin | None = None
    window_starts_at: Moment | None = None
    window_ends_at: Moment | None = None
    override_reason: Text | None = None
    """Needed where the time would be refused as `not_ready_then`. Kept in the visit's history."""


class PinVisit(In):
    is_pinned: bool


class CancelVisit(In):
    reason: Text


class VisitOut(Out):
    id: UUID
    job_id: UUID
    number: int
    status: str
    status_reason: str | None
    starts_at: datetime
    ends_at: datetime
    window_starts_at: datetime
    window_ends_at: datetime
    worker_id: UUID | None
    crew_id: UUID | None
    accept_by: datetime | None
    accepted_at: datetime | None
    departed_at: datetime | None
    arrived_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    client_answer: str | None
    """What the client last answered about this time: yes, no, or move for another time."""
    client_answered_at: datetime | None
    is_new_client: bool
    """The client has signed no act of this company yet: be at your best."""
    is_pinned: bool
    """It is not moved or taken from its people: see `pinVisit`."""
    version: int

    @classmethod
    def of(cls, visit: VisitState) -> Self:
        return cls(
            id=visit.id,
            job_id=visit.job_id,
            number=visit.number,
            status=visit.status,
            status_reason=visit.status_reason,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            window_starts_at=visit.window_starts_at,
            window_ends_at=visit.window_ends_at,
            worker_id=visit.worker_id,
            crew_id=visit.crew_id,
            accept_by=visit.accept_by,
            accepted_at=visit.accepted_at,
            departed_at=visit.departed_at,
            arrived_at=visit.arrived_at,
            started_at=visit.started_at,
            finished_at=visit.finished_at,
            client_answer=visit.client_answer,
            client_answered_at=visit.client_answered_at,
            is_new_client=visit.is_new_client,
            is_pinned=visit.is_pinned,
            version=visit.row_version,
        )


class VisitEventOut(Out):
    id: UUID
    kind: str
    actor_id: UUID | None
    """Null: the system itself."""
    occurred_at: datetime
    """By the device's clock, right or wrong."""
    corrected_at: datetime | None
    """The same moment by the server's clock. Null if the device did not say when it sent the command."""
    received_at: datetime
    payload: dict[str, Any]

    @classmethod
    def of(cls, event: VisitEvent) -> Self:
        return cls(
            id=event.id,
            kind=event.kind,
            actor_id=event.actor_id,
            occurred_at=event.occurred_at,
            corrected_at=event.corrected_at,
            received_at=event.received_at,
            payload=event.payload,
        )
