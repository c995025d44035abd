from collections.abc import Iterable
from datetime import date, datetime
from typing import Self
from uuid import UUID

from app.http.schemas import Out, Point
from app.tracking.facts.policies.kinds import FactKind, GapCause
from app.tracking.facts.values import DayMileage, TrackFact
from app.tracking.reports.policies import Certainty, Fix
from app.tracking.reports.sentences import sentence
from app.tracking.reports.service import LateVisit, Track, WhereaboutsThen


class TrackFactOut(Out):
    """Something derived from positions: [from_at, to_at) inside one day of the company's zone."""

    id: UUID
    kind: FactKind
    from_at: datetime
    to_at: datetime
    place: Point | None
    """The middle of a stop or presence. Null for a trip, and for a gap: nobody knows where he was."""
    accuracy_m: float | None
    distance_m: int
    """Length of a trip. 0 for everything else."""
    visit_id: UUID | None
    site_id: UUID | None
    cause: GapCause | None
    """The probable cause of a gap. A guess, not a verdict."""
    confidence_pct: int
    algorithm_version: int

    @classmethod
    def of(cls, fact: TrackFact) -> Self:
        same = ("id", "kind", "from_at", "to_at", "accuracy_m", "distance_m", "visit_id", "site_id", "cause")
        return cls(
            **{name: getattr(fact, name) for name in same},
            place=Point.at(fact.place) if fact.place else None,
            confidence_pct=fact.confidence,
            algorithm_version=fact.algorithm_version,
        )


class TrackOut(Out):
    """A day of a worker, from midnight to midnight in the zone of the company."""

    worker_id: UUID
    worker_name: str
    day: date
    timezone: str
    facts: list[TrackFactOut]
    """Trips, stops and gaps lie side by side; presences and doubts (`too_fast`, `mock`) lie over them."""
    ping_count: int
    """Positions that were sent of this day, also if they are too many for a file."""
    distance_m: int
    """Of all trips."""
    derived_at: datetime | None
    """Null: not yet."""
    is_final: bool
    """False: the day is not over, or something new waits to be derived."""

    @classmethod
    def of(cls, track: Track) -> Self:
        return cls(
            worker_id=track.worker_id,
            worker_name=track.worker_name,
            day=track.day,
            timezone=track.zone.key,
            facts=[TrackFactOut.of(one) for one in track.facts],
            ping_count=track.ping_count,
            distance_m=sum(one.distance_m for one in track.facts if one.kind is FactKind.TRIP),
            derived_at=track.state.derived_at,
            is_final=track.state.is_final,
        )


class FixOut(Out):
    """A position that was sent."""

    at: datetime
    """True time."""
    place: Point
    accuracy_m: float | None
    battery_pct: float | None
    received_at: datetime

    @classmethod
    def of(cls, fix: Fix) -> Self:
        return cls(
            at=fix.at,
            place=Point.at(fix.place),
            accuracy_m=fix.accuracy_m,
            battery_pct=fix.battery_pct,
            received_at=fix.received_at,
        )


class VisitNearOut(Out):
    visit_id: UUID
    job_number: int
    address: str
    distance_m: int
    """From `place`; in a gap, from the last position before it."""


class WhereaboutsOut(Out):
    """Where a worker was at a moment, as far as it is known."""

    at: datetime
    certainty: Certainty
    """stayed, moved, gap (no position came: nobody knows), nothing (no position a day before or after), or why he might
    not be tracked then: off_shift (or absent), private, no_consent."""
    place: Point | None
    """Where he stayed, or the fix that is nearest in time while he moved. Null: unknown."""
    accuracy_m: float | None
    before: FixOut | None
    """The last fix at that moment or before."""
    after: FixOut | None
    """The first fix after it."""
    fact: TrackFactOut | None
    """The stop, trip or gap of that moment. Null: not derived yet."""
    nearest_visit: VisitNearOut | None
    sentence: str
    """The same in words, in the caller's language. Times by the company's clocks."""

    @classmethod
    def of(cls, then: WhereaboutsThen, lang: str) -> Self:
        found = then.whereabouts
        return cls(
            at=found.at,
            certainty=found.certainty,
            place=Point.at(found.place) if found.place else None,
            accuracy_m=found.accuracy_m,
            before=FixOut.of(found.before) if found.before else None,
            after=FixOut.of(found.after) if found.after else None,
            fact=TrackFactOut.of(found.fact) if found.fact else None,
            nearest_visit=VisitNearOut(**found.nearest._asdict()) if found.nearest else None,
            sentence=sentence(found, then.zone, lang, today=then.now.astimezone(then.zone).date()),
        )


class DayMileageOut(Out):
    """How far a worker drove and walked on one day, without gaps."""

    worker_id: UUID
    day: date
    distance_m: int
    moving_s: int
    stopped_s: int
    unseen_s: int
    """In gaps while he might be tracked: nobody knows where he was."""

    @classmethod
    def of(cls, day: DayMileage) -> Self:
        return cls(**{name: getattr(day, name) for name in cls.__struct_fields__})


class MileageOut(Out):
    items: list[DayMileageOut]
    """Days of which there are positions."""
    total_m: int

    @classmethod
    def of_days(cls, days: Iterable[DayMileage]) -> Self:
        items = [DayMileageOut.of(one) for one in days]
        return cls(items=items, total_m=sum(one.distance_m for one in items))


class LateVisitOut(Out):
    """A visit and when somebody came, by two witnesses. Neither changes when the visit is edited later."""

    visit_id: UUID
    job_number: int
    address: str
    worker_id: UUID | None
    status: str
    window_starts_at: datetime
    window_ends_at: datetime
    """The client was promised that somebody arrives in [window_starts_at, window_ends_at)."""
    tapped_at: datetime | None
    """When the arrival was tapped, by our clock. Null: it was not."""
    said_at: datetime | None
    """The same by the phone's clock."""
    seen_at: datetime | None
    """Since when positions say that somebody was at the site. Null: they do not."""
    seen_confidence_pct: int | None
    late_by_tap_s: int | None
    """Seconds after the end of the window; negative if he came before it."""
    late_by_positions_s: int | None

    @classmethod
    def of(cls, late: LateVisit) -> Self:
        arrival, presence = late.arrival, late.presence
        return cls(
            **late.visit._asdict(),
            tapped_at=arrival.at if arrival else None,
            said_at=arrival.said_at if arrival else None,
            seen_at=presence.from_at if presence else None,
            seen_confidence_pct=presence.confidence if presence else None,
            late_by_tap_s=late.late.by_tap_s,
            late_by_positions_s=late.late.by_positions_s,
        )


class LatenessOut(Out):
    items: list[LateVisitOut]
    """In the order of their windows."""
