"""Which stops nothing explains, and why: values in, values out. Nothing here says what a stop was."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.core.hours import Span, common, merged, without
from app.core.places import Place, distance_m
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.values import TrackFact

SAME_PLACE_M = 150
"""Stops that are no further apart are at one place."""
ONE_STAY_M = 100
"""Stops one after the other that are no further apart, with only silence between them, are one stay."""
NEAR_CLIENT_M = 150
"""Whoever stops no further away from the site of a client of his is near it."""
CONFIDENCE_MIN = 50
"""Percent. A stop that is less sure is not looked at."""


class Reason(StrEnum):
    """A rule that must hold for a stop to be shown. All of them do, or there is no signal."""

    IN_SHIFT = "in_shift"
    LONG = "long"
    NO_PAUSE = "no_pause"
    AWAY_FROM_JOBS = "away_from_jobs"
    AWAY_FROM_PLACES = "away_from_places"
    ACCURATE = "accurate"


class Choice(StrEnum):
    """What a worker says of a stop."""

    ERRAND = "errand"
    """Something for the company: tools, goods, a measurement beside the plan."""
    WAITING = "waiting"
    MEAL = "meal"
    VEHICLE = "vehicle"
    """Fuel, a repair, a traffic jam."""
    PRIVATE = "private"
    NOT_THERE = "not_there"
    """The positions are wrong."""
    OTHER = "other"


class Decision(StrEnum):
    """What a person of the office makes of it, with a reason."""

    EXPLAINED = "explained"
    NOT_EXPLAINED = "not_explained"
    MISTAKE = "mistake"
    """The signal was wrong."""


class Limits(NamedTuple):
    """What a company has set."""

    stop_min: int
    """Minutes."""
    away_m: int
    accuracy_m: int


class Spot(NamedTuple):
    """A place that explains a stop."""

    place: Place
    radius_m: int
    """Beside the company's limit; 0 for a site."""


class Known(NamedTuple):
    """What is known of a worker's day."""

    shifts: Sequence[Span]
    pauses: Sequence[Span]
    """Absences, breaks, private time, and pauses of his visits."""
    jobs: Sequence[Spot]
    """Sites of his visits of that day, whatever became of them."""
    places: Sequence[Spot]
    """Allowed places, and his home."""


class Stay(NamedTuple):
    """He stayed at one place: one stop, or several with only silence between them."""

    stops: tuple[TrackFact, ...]

    @property
    def from_at(self) -> datetime:
        return self.stops[0].from_at

    @property
    def to_at(self) -> datetime:
        return self.stops[-1].to_at

    @property
    def longest(self) -> TrackFact:
        return max(self.stops, key=lambda one: (one.to_at - one.from_at, one.from_at))

    @property
    def place(self) -> Place:
        place = self.longest.place
        if place is None:
            raise AssertionError("a stop has a place")
        return place

    @property
    def accuracy_m(self) -> float | None:
        known = [one.accuracy_m for one in self.stops]
        return None if None in known else max(one for one in known if one is not None)

    @property
    def confidence(self) -> int:
        return min(one.confidence for one in self.stops)


class Judged(NamedTuple):
    """One rule, and why it holds or not. Numbers in the unit of the rule: minutes or metres."""

    reason: Reason
    holds: bool
    value: int | None
    """None: there is nothing to measure, for example no visit on that day."""
    limit: int | None


class Found(NamedTuple):
    """A stay that nothing explains."""

    stay: Stay
    counted: timedelta
    """Proved by positions, in the shift, without pauses."""
    rules: tuple[Judged, ...]


class Kept(NamedTuple):
    """A signal as it is kept."""

    id: UUID
    from_at: datetime
    to_at: datetime
    place: Place | None
    """None: it holds no longer, and its place was forgotten."""


class Matching(NamedTuple):
    """What a look at a day changes."""

    same: list[tuple[UUID, Found]]
    """Signals that are found again."""
    new: list[Found]
    gone: list[UUID]
    """Signals that hold no longer."""


def stays(facts: Iterable[TrackFact]) -> list[Stay]:
    """Stops in time order; those at one place with only silence between them are one stay. Silence is not counted."""
    found: list[Stay] = []
    moved = False
    for fact in facts:
        if fact.kind is FactKind.TRIP:
            moved = True
        if fact.kind is not FactKind.STOP or fact.place is None:
            continue
        last = found[-1] if found else None
        if last is not None and not moved and distance_m(last.place, fact.place) <= ONE_STAY_M:
            found[-1] = Stay((*last.stops, fact))
        else:
            found.append(Stay((fact,)))
        moved = False
    return found


def unexplained(facts: Iterable[TrackFact], known: Known, limits: Limits) -> list[Found]:
    """The stays of a day for which every rule holds, in time order."""
    judged = [judge(stay, known, limits) for stay in stays(facts) if stay.confidence >= CONFIDENCE_MIN]
    return [one for one in judged if all(rule.holds for rule in one.rules)]


def judge(stay: Stay, known: Known, limits: Limits) -> Found:
    """One stay, by every rule."""
    stopped = [Span(one.from_at, one.to_at) for one in stay.stops]
    in_shift = common(stopped, known.shifts)
    counted = _length(without(in_shift, known.pauses))
    accuracy = None if stay.accuracy_m is None else round(stay.accuracy_m)
    rules = (
        Judged(Reason.IN_SHIFT, bool(in_shift), _minutes(_length(in_shift)), None),
        Judged(Reason.LONG, _minutes(counted) >= limits.stop_min, _minutes(counted), limits.stop_min),
        Judged(Reason.NO_PAUSE, counted > timedelta(), _minutes(_length(in_shift) - counted), None),
        _away(Reason.AWAY_FROM_JOBS, stay, known.jobs, limits),
        _away(Reason.AWAY_FROM_PLACES, stay, known.places, limits),
        Judged(
            Reason.ACCURATE,
            accuracy is not None and accuracy <= limits.accuracy_m,
            accuracy,
            limits.accuracy_m,
        ),
    )
    return Found(stay, counted, rules)


def _away(reason: Reason, stay: Stay, spots: Sequence[Spot], limits: Limits) -> Judged:
    """Further away than the limit even if the positions are off by their accuracy."""
    nearest = min((distance_m(stay.place, one.place) - one.radius_m for one in spots), default=None)
    if nearest is None:
        return Judged(reason, holds=True, value=None, limit=limits.away_m)
    is_away = nearest - (stay.accuracy_m or 0) > limits.away_m
    return Judged(reason, is_away, max(0, round(nearest)), limits.away_m)


def _length(spans: Iterable[Span]) -> timedelta:
    return sum((one.ends_at - one.starts_at for one in merged(spans)), timedelta())


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def match(kept: Sequence[Kept], found: Sequence[Found]) -> Matching:
    """Which signals are found again after a day was derived anew.

    The same place at an overlapping time is the same signal, so an answer stays with what it was said of. Each
    signal is found at most once: the pairs that share most time go first.
    """
    pairs = sorted(
        (
            (-_shared(one, other).total_seconds(), one.from_at, one.id, place)
            for one in kept
            for place, other in enumerate(found)
            if _shared(one, other) > timedelta()
            and (one.place is None or distance_m(one.place, other.stay.place) <= SAME_PLACE_M)
        ),
    )
    same: dict[UUID, int] = {}
    for *_, signal_id, place in pairs:
        if signal_id not in same and place not in same.values():
            same[signal_id] = place
    return Matching(
        [(signal_id, found[place]) for signal_id, place in same.items()],
        [one for place, one in enumerate(found) if place not in same.values()],
        [one.id for one in kept if one.id not in same],
    )


def _shared(kept: Kept, found: Found) -> timedelta:
    return min(kept.to_at, found.stay.to_at) - max(kept.from_at, found.stay.from_at)


def evidence_of(stay: Stay) -> list[dict[str, Any]]:
    """What was derived of each stop, with its first and last position, their number and their hash."""
    return [
        {
            "fact_id": str(one.id),
            "from_at": one.from_at.isoformat(),
            "to_at": one.to_at.isoformat(),
            "algorithm_version": one.algorithm_version,
            "confidence_pct": one.confidence,
            **{name: one.evidence[name] for name in sorted(one.evidence)},
        }
        for one in stay.stops
    ]


def pauses_of_visits(taps: Iterable[tuple[UUID, str, datetime]]) -> list[Span]:
    """The pauses of visits, by their histories in order: from a pause to the next tap of the same visit."""
    found: list[Span] = []
    open_: tuple[UUID, datetime] | None = None
    for visit_id, kind, at in taps:
        if open_ is not None and open_[0] == visit_id and open_[1] < at:
            found.append(Span(open_[1], at))
        open_ = (visit_id, at) if kind == "paused" else None
    return found


def repeats(place: Place | None, others: Iterable[Place]) -> int:
    """How many of these are at the same place."""
    if place is None:
        return 0
    return sum(distance_m(place, one) <= SAME_PLACE_M for one in others)
