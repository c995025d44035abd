from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from app.dispatch.presence.models import VisitPresence
from app.dispatch.presence.policies import Interval, Presence
from app.http.schemas import In, Moment, Out, Text
from app.workforce.api import CrewShare


class IntervalIn(In):
    came_at: Moment
    left_at: Moment | None = None
    """Null: he is still there, or stayed until the visit was over."""


class CorrectPresence(In, kw_only=True):
    """When one worker was at the visit, in full. It replaces what was known of him."""

    worker_id: UUID
    intervals: Annotated[list[IntervalIn], Meta(max_length=20)]
    """In time order. Empty: he was not there at all, so he is not paid."""
    share: CrewShare | None = None
    """Default: as before; for somebody new, the smallest of the others."""
    reason: Text


class IntervalOut(Out):
    came_at: datetime
    left_at: datetime | None
    """Null: he is there, or stayed until the visit was over."""

    @classmethod
    def of(cls, interval: Interval) -> Self:
        return cls(came_at=interval.came_at, left_at=interval.left_at)


class PresenceOut(Out):
    """What is known of one worker at one visit."""

    worker_id: UUID
    name: str
    was_there: bool
    """He stands on the act and is paid."""
    is_there: bool
    """He has not left."""
    intervals: list[IntervalOut]
    share: int
    """Weight in the division of the rewards."""
    source: str
    """arrival: taken over from the crew, nobody has confirmed it yet. field: said on site. office: corrected."""

    @classmethod
    def of(cls, presence: Presence, name: str) -> Self:
        return cls(
            worker_id=presence.worker_id,
            name=name,
            was_there=presence.was_there,
            is_there=presence.is_there,
            intervals=[IntervalOut.of(one) for one in presence.intervals],
            share=presence.share,
            source=presence.source,
        )


class PresencesOut(Out):
    items: list[PresenceOut]


class PresenceRecordOut(Out):
    """One line of the record. The newest of a worker holds."""

    id: UUID
    worker_id: UUID
    revision: int
    intervals: list[dict[str, Any]]
    share: int
    source: str
    recorded_by: UUID | None
    """Null: the system itself."""
    recorded_at: datetime
    reason: str | None

    @classmethod
    def of(cls, row: VisitPresence) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.__struct_fields__})


class PresenceRecordsOut(Out):
    items: list[PresenceRecordOut]
