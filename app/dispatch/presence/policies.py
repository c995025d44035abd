"""Who was at a visit, and when. Pure functions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

import msgspec

from app.core.changes import Update
from app.core.errors import DomainError, Forbidden
from app.dispatch.visits.states import VisitState
from app.notifications.api import InboxKind, settle_occurrence

INTERVALS_MAX = 20
EARLY_MAX = timedelta(hours=12)
"""The phone may name no time longer before the planned start than this."""


class PresenceInvalid(DomainError):
    """`reason` is presence_never_came, …_too_early, …_in_the_future, …_out_of_order or …_too_many."""

    status = 422
    code = "presence_invalid"


class NobodyPresent(DomainError):
    """Somebody was at a visit that was reached. Say first who it was."""

    code = "nobody_present"


class PresenceNotYours(Forbidden):
    """A worker speaks for himself, the foreman for everybody; if the foreman is not there, whoever is."""

    code = "presence_not_yours"


class PresenceSettled(DomainError):
    """The act is signed, so who is paid is settled. Only the office corrects it."""

    code = "presence_settled"


class PresenceCorrected(DomainError):
    """The office has corrected it since the worker tapped. Its correction stays; a person looks at both."""

    code = "presence_corrected"


class Source(StrEnum):
    ARRIVAL = "arrival"
    FIELD = "field"
    OFFICE = "office"


class Said(StrEnum):
    """What the phone says of a worker."""

    CAME = "came"
    """Also confirms that he is there."""
    LEFT = "left"
    ABSENT = "absent"
    """He was not there at all."""


class Interval(msgspec.Struct, frozen=True):
    """[came_at, left_at). `left_at` is None while he is there."""

    came_at: datetime
    left_at: datetime | None


class Presence(NamedTuple):
    """What is known of one worker at one visit."""

    worker_id: UUID
    share: int
    intervals: tuple[Interval, ...]
    revision: int
    source: str
    recorded_at: datetime | None = None
    """None: it is not kept yet."""

    @property
    def was_there(self) -> bool:
        """Whether he was there at any time, and so stands on the act and is paid."""
        return bool(self.intervals)

    @property
    def is_there(self) -> bool:
        return self.was_there and self.intervals[-1].left_at is None


class Statement(NamedTuple):
    """What the phone says. `at` is None when it names no time: then he came or left at this moment."""

    worker_id: UUID
    said: Said
    at: datetime | None


class Planned(NamedTuple):
    """Somebody of the crew as planned."""

    worker_id: UUID
    share: int
    is_away: bool
    """He has an absence at this time."""


def at_arrival(planned: Sequence[Planned], *, arrived: UUID | None, at: datetime) -> list[Presence]:
    """Who is there until somebody says otherwise: the crew as planned, without those who are away.

    `arrived` has tapped, so he is there in any case.
    """
    return [
        Presence(
            one.worker_id,
            one.share,
            () if one.is_away and one.worker_id != arrived else (Interval(at, None),),
            revision=1,
            source=Source.ARRIVAL,
        )
        for one in planned
    ]


def check_may_record(
    speaker: UUID, about: Sequence[UUID], known: Sequence[Presence], *, foreman: UUID | None
) -> None:
    """Refuse what this worker may not say.

    Raises:
        PresenceNotYours: it is about others, and he is not the foreman, who is there.
    """
    there = {one.worker_id for one in known if one.is_there}
    leads = speaker == foreman or (foreman not in there and speaker in there)
    if not leads and set(about) != {speaker}:
        raise PresenceNotYours


def usual_share(known: Sequence[Presence]) -> int:
    """The share of a substitute if nobody names another: the smallest of the crew."""
    return min((one.share for one in known), default=1)


def intervals_after(was: Presence | None, statement: Statement, *, now: datetime) -> tuple[Interval, ...]:
    """When he was there, with what is said now.

    1. `came` of somebody who is there confirms it; with a time it corrects when he came.
    2. `came` of somebody who is not there begins another interval.
    3. `left` ends the last interval, or corrects when it ended.

    Raises:
        PresenceInvalid: he left and never came.
    """
    known = was.intervals if was else ()
    at = statement.at or now
    if statement.said is Said.ABSENT:
        return ()
    if statement.said is Said.LEFT:
        if not known:
            raise PresenceInvalid(reason="presence_never_came")
        return (*known[:-1], Interval(known[-1].came_at, at))
    if was is None or not was.is_there:
        return (*known, Interval(at, None))
    return (*known[:-1], Interval(at, None)) if statement.at else known


def earliest_of(visit: VisitState) -> datetime:
    """Since when somebody can be at this visit: it was accepted, and its start is near.

    An arrival proves itself, also of somebody who taps it long before the plan.
    """
    begins = visit.starts_at - EARLY_MAX
    known = max(begins, visit.accepted_at or begins)
    return min(known, visit.arrived_at or known)


def check_not_too_early(was: Presence | None, intervals: Sequence[Interval], *, earliest: datetime) -> None:
    """Refuse a new time at which nobody could be at the visit. What is known already is not judged again.

    Raises:
        PresenceInvalid: a new time lies before `earliest`.
    """
    new = set(_times(intervals)) - set(_times(was.intervals if was else ()))
    if any(at < earliest for at in new):
        raise PresenceInvalid(reason="presence_too_early")


def _times(intervals: Sequence[Interval]) -> list[datetime]:
    return [at for one in intervals for at in (one.came_at, one.left_at) if at is not None]


def check_intervals(intervals: Sequence[Interval], *, now: datetime) -> None:
    """Refuse times that cannot be.

    Raises:
        PresenceInvalid: later than now, one after the other in the wrong order, or too many.
    """
    last = len(intervals) - 1
    reasons = {
        "presence_too_many": len(intervals) > INTERVALS_MAX,
        "presence_in_the_future": any(
            max(one.came_at, one.left_at or one.came_at) > now for one in intervals
        ),
        "presence_out_of_order": any(
            one.left_at is not None and one.left_at <= one.came_at for one in intervals
        )
        or any(one.left_at is None for one in intervals[:last])
        or any(two.came_at < (one.left_at or two.came_at) for one, two in pairwise(intervals)),
    }
    for reason, holds in reasons.items():
        if holds:
            raise PresenceInvalid(reason=reason)


def check_not_corrected(
    was: Presence | None, intervals: tuple[Interval, ...], *, happened_at: datetime
) -> None:
    """Refuse to overwrite what the office has said after the worker tapped: he cannot have seen it.

    Raises:
        PresenceCorrected: see there.
    """
    if was is None or was.source != Source.OFFICE or was.recorded_at is None:
        return
    if was.recorded_at > happened_at and intervals != was.intervals:
        raise PresenceCorrected(worker_id=was.worker_id)


def following(
    was: Presence | None, worker_id: UUID, intervals: tuple[Interval, ...], *, share: int, source: Source
) -> Presence:
    """The next row of this worker."""
    revision = was.revision + 1 if was else 1
    return Presence(worker_id, share, intervals, revision, source)


def replaced(known: Sequence[Presence], new: Sequence[Presence]) -> list[Presence]:
    """What is known with these rows, in the order in which people were first named.

    Raises:
        NobodyPresent: nobody would be left.
    """
    by_worker = {one.worker_id: one for one in known} | {one.worker_id: one for one in new}
    if not any(one.was_there for one in by_worker.values()):
        raise NobodyPresent
    return list(by_worker.values())


def paid(presences: Sequence[Presence]) -> set[tuple[UUID, int]]:
    """Who is paid, with his share. Nothing else of a presence changes an act or a reward."""
    return {(one.worker_id, one.share) for one in presences if one.was_there}


def time_taken(
    presence: Presence, *, starts_at: datetime, ends_at: datetime
) -> tuple[datetime, datetime] | None:
    """The time that the visit takes of a worker's plan. None: nothing of it.

    It begins when the visit was planned, or when he came if that was later. It ends as planned or when he left.
    """
    if not presence.was_there:
        return None
    begins = max(starts_at, presence.intervals[0].came_at)
    ends = min(ends_at, presence.intervals[-1].left_at or ends_at)
    return (begins, ends) if begins < ends else None


def settle_clashes(visit_id: UUID, *, now: datetime) -> Update:
    """Nobody is at this visit any more instead of at another one, so the dispatcher need not see to that."""
    return settle_occurrence(InboxKind.WORKER_ELSEWHERE, str(visit_id), now=now)
