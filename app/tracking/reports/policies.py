"""Where a worker was at a moment, and how late he came: values in, values out."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.places import Place, distance_m
from app.tracking.facts.policies.cleaning import choose_usable
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.policies.times import Windows
from app.tracking.facts.policies.track import make_track
from app.tracking.facts.values import TrackFact
from app.tracking.pings.values import StoredPing

ACCURACY_MAX_M = 1000
"""A position that is less accurate says nothing."""
UNBROKEN = timedelta(minutes=5)
"""Between two fixes that are no further apart, nobody gets lost. Longer silence is a gap, derived or not."""
TOGETHER_M = 100
"""Two fixes that are so near to each other are one place."""


class Certainty(StrEnum):
    """How well it is known where he was."""

    STAYED = "stayed"
    """He was at one place."""
    MOVED = "moved"
    """He was on the way between two fixes."""
    GAP = "gap"
    """No position came around that moment: nobody knows."""
    OFF_SHIFT = "off_shift"
    """He was not on shift, or absent: he might not be tracked."""
    PRIVATE = "private"
    """He had marked the time as private: he might not be tracked."""
    NO_CONSENT = "no_consent"
    """He had not agreed to be tracked, or no longer."""
    NOTHING = "nothing"
    """There is no position of that day at all, before or after."""


class Fix(NamedTuple):
    """A position at a moment (true time)."""

    at: datetime
    place: Place
    accuracy_m: float | None
    battery_pct: float | None
    received_at: datetime


class VisitNear(NamedTuple):
    """A visit of his, and how far its site is."""

    visit_id: UUID
    job_number: int
    address: str
    distance_m: int


class VisitSite(NamedTuple):
    """A visit of the worker around that moment, with its site."""

    visit_id: UUID
    job_number: int
    address: str
    place: Place


class Whereabouts(NamedTuple):
    """Where a worker was at a moment, as far as it is known."""

    at: datetime
    certainty: Certainty
    place: Place | None
    """Where he stayed, or the nearest fix in time. None: unknown."""
    accuracy_m: float | None
    before: Fix | None
    after: Fix | None
    fact: TrackFact | None
    """What was derived of that moment. None: nothing yet."""
    nearest: VisitNear | None


def usable(pings: Iterable[StoredPing]) -> list[Fix]:
    """The positions that say something: not invented, and not too inaccurate."""
    return [
        Fix(one.at, Place(lat=one.lat, lon=one.lon), one.accuracy_m, one.battery_pct, one.received_at)
        for one in pings
        if not one.is_mock and (one.accuracy_m or 0) <= ACCURACY_MAX_M
    ]


def drawn_positions(pings: Iterable[StoredPing]) -> list[StoredPing]:
    """The positions that facts follow from, in time order.

    Left out are invented ones, those off by more than 150 m, those that nobody can reach in the time, and those of
    another device beside the leading one. It takes a while: call it in a thread.
    """
    track = choose_usable(make_track(pings)).track
    return [track.fix(index) for index in range(len(track))]


def why_untracked(windows: Windows) -> Certainty | None:
    """Why a worker might not be tracked at a moment. `windows` are those of the moment. None: he might."""
    if not windows.consents:
        return Certainty.NO_CONSENT
    if windows.private:
        return Certainty.PRIVATE
    if windows.absences or not windows.shifts:
        return Certainty.OFF_SHIFT
    return None


def where_was(
    at: datetime,
    fixes: Sequence[Fix],
    facts: Sequence[TrackFact],
    visits: Sequence[VisitSite],
    *,
    untracked: Certainty | None = None,
) -> Whereabouts:
    """Where he was. `fixes` and `facts` are those around the moment, in time order.

    If he might not be tracked then (`untracked`), that is all that is said. Otherwise what is derived decides. While
    nothing is, two fixes close in time stand for what was between them, and everything else is a gap.
    """
    before = next((one for one in reversed(fixes) if one.at <= at), None)
    after = next((one for one in fixes if one.at > at), None)
    fact = _fact_at(at, facts)
    certainty = untracked or _certainty(at, before, after, fact)
    place, accuracy = _place(at, certainty, before, after, fact)
    return Whereabouts(
        at, certainty, place, accuracy, before, after, fact, _nearest(place or _last_place(before), visits)
    )


def _fact_at(at: datetime, facts: Sequence[TrackFact]) -> TrackFact | None:
    """A stop, trip or gap. They lie side by side; presences and doubts lie over them."""
    told = (FactKind.STOP, FactKind.TRIP, FactKind.GAP)
    return next((one for one in facts if one.kind in told and one.from_at <= at < one.to_at), None)


OF_FACT = {
    FactKind.STOP: Certainty.STAYED,
    FactKind.TRIP: Certainty.MOVED,
    FactKind.GAP: Certainty.GAP,
}


def _certainty(at: datetime, before: Fix | None, after: Fix | None, fact: TrackFact | None) -> Certainty:
    if fact is not None:
        return OF_FACT[fact.kind]
    if before is None and after is None:
        return Certainty.NOTHING
    if before is not None and before.at == at:
        return Certainty.STAYED
    if before is None or after is None or after.at - before.at > UNBROKEN:
        return Certainty.GAP
    return Certainty.STAYED if distance_m(before.place, after.place) <= TOGETHER_M else Certainty.MOVED


def _place(
    at: datetime, certainty: Certainty, before: Fix | None, after: Fix | None, fact: TrackFact | None
) -> tuple[Place | None, float | None]:
    if certainty not in (Certainty.STAYED, Certainty.MOVED):
        return None, None
    if fact is not None and fact.kind is FactKind.STOP and fact.place is not None:
        return fact.place, fact.accuracy_m
    closest = min((one for one in (before, after) if one), key=lambda one: abs(one.at - at), default=None)
    return (closest.place, closest.accuracy_m) if closest else (None, None)


def _last_place(before: Fix | None) -> Place | None:
    return before.place if before else None


def _nearest(place: Place | None, visits: Sequence[VisitSite]) -> VisitNear | None:
    """The visit whose site is nearest to the place; in a gap, to the last place that is known."""
    if place is None or not visits:
        return None
    best = min(visits, key=lambda one: (distance_m(place, one.place), one.visit_id))
    return VisitNear(best.visit_id, best.job_number, best.address, round(distance_m(place, best.place)))


def visit_of_stop(fact: TrackFact, facts: Iterable[TrackFact]) -> UUID | None:
    """The visit at whose site he was during most of a stop."""
    if fact.kind is not FactKind.STOP:
        return None
    shared = {
        one.visit_id: min(one.to_at, fact.to_at) - max(one.from_at, fact.from_at)
        for one in facts
        if one.kind is FactKind.PRESENCE and one.visit_id is not None
    }
    best = max(shared, key=lambda visit: shared[visit], default=None)
    return best if best is not None and shared[best] > timedelta() else None


class Lateness(NamedTuple):
    """How late somebody came to a visit, by two witnesses. Negative: before the end of the window."""

    by_tap_s: int | None
    by_positions_s: int | None


def lateness(*, window_ends_at: datetime, tapped_at: datetime | None, seen_at: datetime | None) -> Lateness:
    """Seconds from the end of the promised window until he came. None: this witness has not seen him come."""
    late = [
        round((moment - window_ends_at).total_seconds()) if moment else None
        for moment in (tapped_at, seen_at)
    ]
    return Lateness(*late)
