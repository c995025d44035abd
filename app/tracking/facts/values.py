"""What the door of this module hands out about the days of workers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from app.core.places import Place
from app.tracking.facts.policies.kinds import FactKind, GapCause


class TrackFact(msgspec.Struct, frozen=True, kw_only=True):
    """Something derived from positions: [from_at, to_at) inside one day of the company's zone.

    What lasts over midnight is one fact on each day. So the facts of a week are those of its days.
    """

    id: UUID
    """Follows from worker, kind and beginning, so a rebuild gives the same one. If late positions move the beginning,
    the id changes; a person's answer finds its fact by time then."""
    worker_id: UUID
    day: date
    kind: FactKind
    from_at: datetime
    to_at: datetime
    place: Place | None
    """The middle of a stop or a presence. None for a trip, and for a gap: nobody knows where he was."""
    accuracy_m: float | None
    """`place` is right within this radius with a probability of 68 %."""
    distance_m: int
    """Length of the way of a trip. 0 for everything else: nobody knows the way through a gap."""
    visit_id: UUID | None
    site_id: UUID | None
    cause: GapCause | None
    """Probable cause of a gap."""
    confidence: int
    """Percent."""
    algorithm_version: int
    evidence: dict[str, Any]
    """First and last position, their number and hash, and what the decision went by. Whole numbers, with units."""


class DayMileage(msgspec.Struct, frozen=True, kw_only=True):
    """How far a worker drove and walked on one day, without gaps."""

    worker_id: UUID
    day: date
    distance_m: int
    moving_s: int
    stopped_s: int
    unseen_s: int
    """In gaps at times when positions were allowed."""


class ArrivalProposed(msgspec.Struct, frozen=True, kw_only=True):
    """Positions say that a worker has come to a visit. It becomes an arrival when he taps `arrive`."""

    visit_id: UUID
    worker_id: UUID
    arrived_at: datetime
    """By the server's clock. What the phone sends as the time of the arrival, if he confirms."""
    accuracy_m: float
    distance_m: int
    """From the site."""
    dwell_s: int
    confidence: int
    """Percent."""
