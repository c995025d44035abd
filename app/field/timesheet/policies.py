"""What a worker did with his time: derived from the history of his visits, never typed in. Pure functions.

All moments are aware and whole seconds, so sums are exact. Nothing here depends on the present moment.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.hours import Span, day_span, merged, without
from app.dispatch.api import Interval, VisitStatus

LONGEST = timedelta(hours=16)
"""Nobody drives or works for longer at one go. What looks longer was not ended when it was over."""
LONGEST_PAUSE = timedelta(hours=4)
"""A longer one is no pause, and counts for nothing: the visit goes on later, often on another day."""


class TimeKind(StrEnum):
    TRAVEL = "travel"
    """From the departure until he is on site."""
    WORK = "work"
    """On site, except in pauses."""
    PAUSE = "pause"


class TimeSaid(StrEnum):
    """What a correction says of a period."""

    TRAVEL = "travel"
    WORK = "work"
    PAUSE = "pause"
    NOTHING = "nothing"
    """It was no time for the company."""
    AS_TAPPED = "as_tapped"
    """The history of the visits is right: earlier corrections of this period hold no longer."""


S = VisitStatus
CORRECTIONS_SHOWN = timedelta(days=31)
"""So long a phone keeps what the office has corrected of its worker's time."""
PHASES = {
    S.EN_ROUTE: TimeKind.TRAVEL,
    S.ON_SITE: TimeKind.WORK,
    S.IN_PROGRESS: TimeKind.WORK,
    S.PAUSED: TimeKind.PAUSE,
}
"""What begins with a line of this kind in a visit's history."""
ENDS = {S.COMPLETED, S.PARTIALLY_COMPLETED, S.NOT_COMPLETED}
TAKEN_AWAY = {"withdrawn", S.CANCELED}
"""The visit is taken from whoever had it."""
TOLD_BY = frozenset({*PHASES, *ENDS, *TAKEN_AWAY})
"""The lines of a visit's history that say what its people do."""


class Tap(NamedTuple):
    """A line of a visit's history that begins or ends something."""

    kind: str
    at: datetime
    """The corrected time."""
    by: UUID | None


class Visited(NamedTuple):
    """What is known of one worker at one visit."""

    visit_id: UUID
    taps: Sequence[Tap]
    """In the order of the history."""
    presence: tuple[Interval, ...] | None
    """When he was there. Empty: he was not. None: nobody has recorded it."""
    is_booked: bool
    """The visit takes his time."""


class Phase(NamedTuple):
    """A part of a visit between two taps."""

    kind: TimeKind
    since: datetime
    until: datetime | None
    """None: the visit has not ended."""
    by: UUID | None
    ended_by: str | None
    """TimeKind of the tap that ended it."""


class Claim(NamedTuple):
    """What one visit says that a worker did in [since, until)."""

    kind: TimeKind
    since: datetime
    until: datetime
    visit_id: UUID


class Unended(NamedTuple):
    """Something that began and did not end, or not when it was over. It counts for nothing until it is corrected."""

    kind: TimeKind
    since: datetime
    visit_id: UUID
    ended_at: datetime | None
    """When an end was tapped, much too late. None: never."""


class Stretch(NamedTuple):
    """A worker did one thing in [starts_at, ends_at). The stretches of a worker never overlap."""

    starts_at: datetime
    ends_at: datetime
    kind: TimeKind
    visit_id: UUID | None
    correction_id: UUID | None = None
    """Null: it follows from the history of the visit."""

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at


class Correction(NamedTuple):
    """What the office says that a worker did in [starts_at, ends_at)."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    says: TimeSaid
    visit_id: UUID | None


class Timeline(NamedTuple):
    """What a worker did, in time order, with what is not ended."""

    stretches: list[Stretch]
    unended: list[Unended]
    claimed: list[Claim]
    """What the visits say, before what they claim twice is counted once."""


class Day(NamedTuple):
    """One worker on one day of the company's zone."""

    day: date
    stretches: list[Stretch]
    unended: list[Unended]
    """Began on this day."""
    overlap: timedelta
    """Time that two visits claimed. It is counted once."""

    def total(self, kind: TimeKind) -> timedelta:
        return sum((one.length for one in self.stretches if one.kind == kind), timedelta())


def in_seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def phases(taps: Sequence[Tap]) -> list[Phase]:
    """The parts of a visit in the order of its history.

    A time that is earlier than the one before is moved up to it: a phone's clock can be set between two taps
    (`not_before_earlier_stamps` does the same for the stamps of the visit).
    """
    found: list[Phase] = []
    open_: Tap | None = None
    latest: datetime | None = None
    for tap in taps:
        at = max(in_seconds(tap.at), latest or in_seconds(tap.at))
        if open_ is not None:
            found.append(Phase(PHASES[VisitStatus(open_.kind)], open_.at, at, open_.by, tap.kind))
        open_, latest = (tap._replace(at=at) if tap.kind in PHASES else None), at
    if open_ is not None:
        found.append(Phase(PHASES[VisitStatus(open_.kind)], open_.at, None, open_.by, None))
    return found


def claims_of(visited: Visited, worker_id: UUID) -> tuple[list[Claim], list[Unended]]:
    """What one visit says of a worker.

    1. Whoever tapped the departure travels until he is there. The others of a crew travel with him if they were
       there when the visit was reached, or, while it is under way, if it takes their time. Who came later came by
       himself; how long he travelled is not known.
    2. He works from when he came until he left or the visit ended, except while the visit paused.
    3. Who was not there at all did nothing for it.
    """
    if visited.presence == ():
        return [], []
    parts = phases(visited.taps)
    on_site = [one for one in parts if one.kind is not TimeKind.TRAVEL]
    presence = _presence(visited, on_site)
    first_came = in_seconds(presence[0].came_at) if presence else None
    said = [_travel(one, first_came) for one in parts if _travels(one, visited, worker_id, first_came)]
    for interval in presence:
        said += _at_site(interval, on_site)
    return _sorted_out(said, visited.visit_id)


class _Part(NamedTuple):
    kind: TimeKind
    since: datetime
    until: datetime | None


def _presence(visited: Visited, on_site: Sequence[Phase]) -> tuple[Interval, ...]:
    """Without a record, who the visit takes the time of was there from the arrival on."""
    if not on_site:
        return ()
    if visited.presence is not None:
        return visited.presence
    return (Interval(on_site[0].since, None),) if visited.is_booked else ()


def _travels(phase: Phase, visited: Visited, worker_id: UUID, first_came: datetime | None) -> bool:
    if phase.kind is not TimeKind.TRAVEL:
        return False
    if phase.by == worker_id:
        return True
    if phase.ended_by in TAKEN_AWAY:
        return False
    is_reached = phase.ended_by in PHASES
    return (
        first_came is not None and first_came <= (phase.until or first_came)
        if is_reached
        else visited.is_booked
    )


def _travel(phase: Phase, first_came: datetime | None) -> _Part:
    """It ends on arrival, or when he came if that was earlier."""
    if phase.until is None or first_came is None or phase.ended_by not in PHASES:
        return _Part(TimeKind.TRAVEL, phase.since, phase.until)
    return _Part(TimeKind.TRAVEL, phase.since, max(phase.since, min(phase.until, first_came)))


def _at_site(interval: Interval, on_site: Sequence[Phase]) -> list[_Part]:
    """What he did while he was there. He can have come before the arrival was tapped, or stayed after the end."""
    came, left = in_seconds(interval.came_at), interval.left_at and in_seconds(interval.left_at)
    first, last = on_site[0], on_site[-1]
    found = []
    for phase in on_site:
        since = came if phase is first else max(came, phase.since)
        until = left if phase is last and left else _earlier(left, phase.until)
        if until is None or since < until:
            found.append(_Part(phase.kind, since, until))
    return _work_after_the_end(found, last)


def _work_after_the_end(parts: list[_Part], last: Phase) -> list[_Part]:
    """A pause ends with the visit. Who stays longer works."""
    if not parts or last.until is None or last.kind is not TimeKind.PAUSE:
        return parts
    end, final = last.until, parts[-1]
    if final.kind is not TimeKind.PAUSE or final.until is None or final.until <= end:
        return parts
    return [*parts[:-1], final._replace(until=end), _Part(TimeKind.WORK, max(end, final.since), final.until)]


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def _sorted_out(parts: Iterable[_Part], visit_id: UUID) -> tuple[list[Claim], list[Unended]]:
    """Tell what can count from what has no credible end."""
    claims, unended = [], []
    for kind, since, until in parts:
        if until is None or (kind is not TimeKind.PAUSE and until - since > LONGEST):
            unended.append(Unended(kind, since, visit_id, until))
        elif since < until and (kind is not TimeKind.PAUSE or until - since <= LONGEST_PAUSE):
            claims.append(Claim(kind, since, until, visit_id))
    return claims, unended


RANK = {TimeKind.PAUSE: 0, TimeKind.TRAVEL: 1, TimeKind.WORK: 1}
"""A visit that pauses gives way to one at which something is done."""


def count_once(claims: Sequence[Claim]) -> list[Stretch]:
    """What a worker did, when several visits claim the same time.

    Travel and work are stronger than a pause. Between equals the one that began last holds: it is what people
    said last.
    """
    order = sorted(claims, key=lambda one: (one.since, RANK[one.kind], one.visit_id.bytes, one.until))
    bounds = sorted({at for one in order for at in (one.since, one.until)})
    found: list[Stretch] = []
    active: list[Claim] = []
    waiting = iter([*order, None])
    following = next(waiting)
    for since, until in pairwise(bounds):
        active = [one for one in active if one.until > since]
        while following is not None and following.since <= since:
            active.append(following)
            following = next(waiting)
        if active:
            best = max(active, key=lambda one: (RANK[one.kind], one.since, one.visit_id.bytes))
            found.append(Stretch(since, until, best.kind, best.visit_id))
    return joined(found)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In time order. Neighbours that say the same become one."""
    found: list[Stretch] = []
    for one in sorted(stretches, key=lambda stretch: stretch.starts_at):
        last = found[-1] if found else None
        if last and last.ends_at == one.starts_at and last[2:] == one[2:]:
            found[-1] = last._replace(ends_at=one.ends_at)
        else:
            found.append(one)
    return found


def timeline(visits: Iterable[Visited], worker_id: UUID, corrections: Sequence[Correction]) -> Timeline:
    """What a worker did, as his visits say it, with the corrections in their order."""
    claims: list[Claim] = []
    unended: list[Unended] = []
    for visited in visits:
        some, open_ = claims_of(visited, worker_id)
        claims += some
        unended += open_
    tapped = count_once(claims)
    stretches = tapped
    for correction in corrections:
        stretches = _correct(stretches, tapped, correction)
    unended = [one for one in unended if not _is_settled(one, corrections)]
    return Timeline(joined(stretches), sorted(unended, key=lambda one: (one.since, one.visit_id)), claims)


def _correct(
    stretches: Sequence[Stretch], tapped: Sequence[Stretch], correction: Correction
) -> list[Stretch]:
    period = Span(correction.starts_at, correction.ends_at)
    others = [piece for one in stretches for piece in _outside(one, period)]
    if correction.says is TimeSaid.AS_TAPPED:
        return [*others, *(piece for one in tapped for piece in inside(one, period))]
    if correction.says is TimeSaid.NOTHING:
        return others
    return [*others, Stretch(*period, TimeKind(correction.says), correction.visit_id, correction.id)]


def _outside(stretch: Stretch, period: Span) -> list[Stretch]:
    if not _touches(stretch, period):
        return [stretch]
    left = without([Span(stretch.starts_at, stretch.ends_at)], [period])
    return [stretch._replace(starts_at=one.starts_at, ends_at=one.ends_at) for one in left]


def inside(stretch: Stretch, period: Span) -> list[Stretch]:
    """The part of a stretch in a period, if there is one."""
    if not _touches(stretch, period):
        return []
    begins, ends = max(stretch.starts_at, period.starts_at), min(stretch.ends_at, period.ends_at)
    return [stretch._replace(starts_at=begins, ends_at=ends)]


def _touches(stretch: Stretch, period: Span) -> bool:
    return stretch.starts_at < period.ends_at and period.starts_at < stretch.ends_at


def _is_settled(unended: Unended, corrections: Sequence[Correction]) -> bool:
    """The newest correction that covers its beginning says what was done."""
    says = [one.says for one in corrections if one.starts_at <= unended.since < one.ends_at]
    return bool(says) and says[-1] is not TimeSaid.AS_TAPPED


def by_day(line: Timeline, days: Sequence[date], zone: ZoneInfo) -> list[Day]:
    """Each of these days, from midnight to midnight in the zone. What goes over midnight is divided."""
    return [_day(line, day, day_span(day, zone)) for day in days]


def _day(line: Timeline, day: date, span: Span) -> Day:
    stretches = [piece for one in line.stretches for piece in inside(one, span)]
    unended = [one for one in line.unended if span.starts_at <= one.since < span.ends_at]
    return Day(day, stretches, unended, _overlap(line.claimed, span))


def _overlap(claims: Iterable[Claim], span: Span) -> timedelta:
    pieces = [
        Span(max(one.since, span.starts_at), min(one.until, span.ends_at))
        for one in claims
        if one.since < span.ends_at and span.starts_at < one.until
    ]
    return _length(pieces) - _length(merged(pieces))


def _length(spans: Iterable[Span]) -> timedelta:
    return sum((one.ends_at - one.starts_at for one in spans), timedelta())
