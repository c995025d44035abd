"""Which rules a visit would break, begun at any moment of some days, with any people. Pure functions.

The rules are those of the gate. What they say changes only at few moments, so it is asked once between two of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.core.hours import Span, merged
from app.dispatch.gate.policies import Facts, JobRules, Team, broken_rules

MINUTE = timedelta(minutes=1)


class Person(NamedTuple):
    """What is known about a worker in the days asked for."""

    worker_id: UUID
    skills: Sequence[str]
    is_outside: bool
    is_active: bool


class Times(NamedTuple):
    """When a worker is on shift, away and taken by other visits."""

    shifts: Sequence[Span] = ()
    absences: Sequence[Span] = ()
    visits: Sequence[Span] = ()


class Member(NamedTuple):
    worker_id: UUID
    period: Span


class Unit(NamedTuple):
    """A worker, or a crew with everybody who is in it in these days."""

    leader_id: UUID
    members: Sequence[Member]
    crew_id: UUID | None = None


class Dropped(NamedTuple):
    """What is dragged over the board."""

    rules: JobRules
    duration: timedelta
    starts_at: datetime | None = None
    """The time that the visit has. None: it has none yet."""


class Broken(NamedTuple):
    """Beginnings in [since, until) break these rules."""

    since: datetime
    until: datetime
    codes: list[str]


class Board(NamedTuple):
    """What is known about everybody."""

    people: Mapping[UUID, Person]
    times: Mapping[UUID, Times]

    def times_of(self, worker_id: UUID) -> Times:
        return self.times.get(worker_id, Times())


def find_broken(dropped: Dropped, unit: Unit, board: Board, *, days: Span, now: datetime) -> list[Broken]:
    """What the beginnings of these days would break, in order and without gaps. Moments are whole minutes."""
    found: list[Broken] = []
    moments = sorted({days.starts_at, *_turns(dropped, unit, board, days=days, now=now)})
    for since, until in zip(moments, [*moments[1:], days.ends_at], strict=True):
        codes = broken_at(dropped, unit, board, since, is_new_time=True, now=now)
        if found and found[-1].codes == codes:
            found[-1] = found[-1]._replace(until=until)
        else:
            found.append(Broken(since, until, codes))
    return found


def broken_at(
    dropped: Dropped, unit: Unit, board: Board, starts_at: datetime, *, is_new_time: bool, now: datetime
) -> list[str]:
    """What a visit of these people that begins then would break."""
    span = Span(starts_at, starts_at + dropped.duration)
    plan = dropped.rules.plan(*span, now=now, is_new_time=is_new_time)
    there = [one.worker_id for one in unit.members if one.period.starts_at <= starts_at < one.period.ends_at]
    people = [_facts(board, worker_id, span) for worker_id in there]
    return broken_rules(plan, Team(people, unit.leader_id, is_crew=unit.crew_id is not None), now=now)


def _facts(board: Board, worker_id: UUID, span: Span) -> Facts:
    person, times = board.people.get(worker_id), board.times_of(worker_id)
    return Facts(
        worker_id,
        person.skills if person else (),
        is_absent=_overlaps(times.absences, span),
        is_outside=person is not None and person.is_outside,
        is_busy=_overlaps(times.visits, span),
        is_on_shift=any(
            one.starts_at <= span.starts_at and span.ends_at <= one.ends_at for one in times.shifts
        ),
        is_active=person is not None and person.is_active,
    )


def _overlaps(spans: Iterable[Span], other: Span) -> bool:
    return any(one.starts_at < other.ends_at and other.starts_at < one.ends_at for one in spans)


def _turns(dropped: Dropped, unit: Unit, board: Board, *, days: Span, now: datetime) -> Iterable[datetime]:
    """The whole minutes of these days from which on something else may be broken."""
    plan = dropped.rules.plan(days.starts_at, days.starts_at + dropped.duration, now=now)
    turns = {
        _after(now - dropped.duration),
        _not_before(now),
        *([_not_before(plan.ready_from)] if plan.ready_from else []),
    }
    for worker_id, period in unit.members:
        turns |= {_not_before(period.starts_at), _not_before(period.ends_at)}
        times = board.times_of(worker_id)
        for span in [*times.absences, *times.visits]:
            turns |= {_after(span.starts_at - dropped.duration), _not_before(span.ends_at)}
        for span in times.shifts:
            turns |= {_not_before(span.starts_at), _after(span.ends_at - dropped.duration)}
    return (one for one in turns if days.starts_at < one < days.ends_at)


def _not_before(moment: datetime) -> datetime:
    """The first whole minute that is not before this moment."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + MINUTE


def _after(moment: datetime) -> datetime:
    """The first whole minute after this moment."""
    return moment.replace(second=0, microsecond=0) + MINUTE


def together(shifts: Iterable[Span]) -> list[Span]:
    """Two shifts that touch count as one."""
    return merged(shifts)
