from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from app.dispatch.visits.schemas import MoveVisit, VisitTime
from app.http.schemas import Out, Text

AcceptWithin = Annotated[
    int, Meta(ge=1, le=7 * 86400, description="Seconds to answer. Default: that of the job type")
]


class PlaceVisit(MoveVisit, kw_only=True):
    """Where a visit was dropped on the board. Exactly one of `worker_id`, `crew_id` and `nobody`."""

    worker_id: UUID | None = None
    crew_id: UUID | None = None
    nobody: bool = False
    """Whoever had the visit no longer has it, and nobody else is asked."""
    accept_within_s: AcceptWithin | None = None
    override_reason: Text | None = None
    """Needed where the time or the people would be refused as `not_ready_then` or `assignee_unsuitable`. Kept in
    the visit's history."""


class PlaceJob(VisitTime, kw_only=True):
    """Where a job was dropped on the board. Exactly one of `worker_id` and `crew_id`."""

    worker_id: UUID | None = None
    crew_id: UUID | None = None
    accept_within_s: AcceptWithin | None = None
    override_reason: Text | None = None
    """As in `placeVisit`."""


class BoardTimeOut(Out):
    """Beginnings in [starts_from, starts_before) break these rules."""

    starts_from: datetime
    starts_before: datetime
    breaks: list[str]
    """Codes as in `listCandidates`. Empty: nothing speaks against it."""


class BoardPlaceOut(Out):
    """A row of the board: a worker or a crew."""

    worker_id: UUID | None
    crew_id: UUID | None
    at_present: list[str]
    """What these people would break at the time that the visit has. Empty for a job."""
    times: list[BoardTimeOut]
    """The whole of the days asked for, without gaps, to the minute."""


class BoardPlacesOut(Out):
    duration_min: int
    starts_at: datetime
    ends_at: datetime
    """The days asked for are [starts_at, ends_at)."""
    version: int | None
    """Of the visit. Null for a job."""
    never: list[str]
    """Codes that no reason overrules. With any other code the drop needs `override_reason`."""
    places: list[BoardPlaceOut]
