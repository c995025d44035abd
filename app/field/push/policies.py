"""The sequence of a phone's commands, and when they were given. Pure functions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.clock import KEPT_AT_MOST, SAME_MOMENT, shifted
from app.field.commands.policies import Confidence, Times

WAITING_MAX = 5_000
"""Commands of a phone that wait at the same time."""
ASKED_AFTER = timedelta(hours=1)
"""A command that waits for longer than this is put before the dispatcher."""
LOOK_AFTER = timedelta(minutes=10)
"""What was received is looked at again after this time, in case the process died that carried it out."""
LOOK_AGAIN = (timedelta(minutes=1), timedelta(minutes=30))
"""Shortest and longest pause between two looks at what waits."""
LOST_AFTER = timedelta(days=7)
"""Numbers for which others have waited for longer than this are taken for lost. They may still come."""
AHEAD_AT_MOST = timedelta(days=7)
"""A command whose time is later than this, whichever way the phone's clock is corrected, is nonsense."""
CLOCK_WAS_SET = SAME_MOMENT
"""A clock whose offset changes by more than this between two batches was set by somebody."""

Span = tuple[int, int]
"""Numbers from the first up to the second, without it."""


class NumberFault(StrEnum):
    """Why a command cannot have its number."""

    MISSING = "sequence_missing"
    USED = "sequence_rolled_back"
    """Another command has the number: the phone has begun to count anew."""
    TOO_FAR = "sequence_too_far"


def fault_of_number(
    seq: int | None, command_id: UUID, *, holders: Mapping[int, UUID], next_seq: int
) -> NumberFault | None:
    """Whether a command may have this number. `holders` are the commands that have numbers already.

    A number below `next_seq` that no command has was lost, or used before there was a ledger. It may still come.
    """
    if seq is None:
        return NumberFault.MISSING
    if holders.get(seq, command_id) != command_id:
        return NumberFault.USED
    return NumberFault.TOO_FAR if seq >= next_seq + WAITING_MAX else None


def next_seq_after(next_seq: int, numbers: Collection[int], lost: Iterable[Span]) -> int:
    """The first number from `next_seq` on that has neither come nor been lost."""
    came = set(numbers)
    gaps = sorted(lost)
    while True:
        if next_seq in came:
            next_seq += 1
        elif (over := _end_of_gap(next_seq, gaps)) is not None:
            next_seq = over
        else:
            return next_seq


def _end_of_gap(seq: int, gaps: Sequence[Span]) -> int | None:
    return max((until for start, until in gaps if start <= seq < until), default=None)


def pause_before_look(waits_for: timedelta) -> timedelta:
    """How long to wait with the next look at something that has waited for so long: what comes, mostly comes soon."""
    shortest, longest = LOOK_AGAIN
    return min(max(waits_for / 4, shortest), longest)


def lost_by_now(next_seq: int, first: int, *, since: datetime, now: datetime) -> Span | None:
    """The numbers before the first command that waits for them, if it has waited for too long."""
    return (next_seq, first) if next_seq < first and now - since > LOST_AFTER else None


class PhoneClock(NamedTuple):
    """What is known of a phone's clock: server's clock minus the phone's."""

    offset: timedelta | None
    before: timedelta | None
    """Before it was set. None: nobody has set it."""


def clock_after(clock: PhoneClock, *, sent_at: datetime, received_at: datetime) -> PhoneClock:
    """What a new batch shows of the phone's clock. A small change is drift and the time of transfer."""
    offset = received_at - sent_at
    if clock.offset is None or abs(offset - clock.offset) <= CLOCK_WAS_SET:
        return PhoneClock(offset, clock.before)
    return PhoneClock(offset, clock.offset)


def is_of_future(
    occurred_at: datetime, *, sent_at: datetime | None, now: datetime, clock: PhoneClock
) -> bool:
    """Whether no clock that the phone is known to have had can have shown this time yet."""
    own = now - sent_at if sent_at else None
    offsets = (own, clock.offset, clock.before, timedelta())
    return all(shifted(occurred_at, by) > now + AHEAD_AT_MOST for by in offsets if by is not None)


def ends_of(moments: Sequence[datetime | None]) -> list[datetime | None]:
    """Until when each of some commands was given at the latest. `moments` say it of each by what came after it.

    They come in the order of the phone: what was given before another was also given before whatever ends that.
    """
    ends: list[datetime | None] = []
    for moment in reversed(moments):
        known = [one for one in (moment, ends[-1] if ends else None) if one is not None]
        ends.append(min(known, default=None))
    return ends[::-1]


def place_in_time(
    occurred_at: datetime,
    *,
    sent_at: datetime | None,
    received_at: datetime,
    clock: PhoneClock,
    not_before: datetime | None,
    not_after: datetime | None,
) -> tuple[Times, bool]:
    """When a command was given, and whether it says that it was before an earlier command of its phone.

    The phone's clock may have been set since. So the offset with which the command came is tried first, then the
    others that are known; the first that puts it between the earlier command and the later one, or its receipt, is
    right. If none does, it is backdated, or the clock was set more than once: it counts at the time of the earlier
    command.
    """
    own = received_at - sent_at if sent_at else None
    earliest = (not_before or received_at - KEPT_AT_MOST) - SAME_MOMENT
    latest = min(received_at, not_after or received_at)
    for confidence, offset in (
        (Confidence.SENT, own),
        (Confidence.DEVICE, clock.offset),
        (Confidence.DEVICE, clock.before),
    ):
        by_ours = shifted(occurred_at, offset) if offset is not None else None
        if by_ours is not None and earliest <= by_ours <= latest + SAME_MOMENT:
            moment = min(max(by_ours, not_before or earliest), latest)
            return _times(occurred_at, sent_at, received_at, moment, offset, confidence), False
    moment = min(not_before or occurred_at, latest)
    return _times(occurred_at, sent_at, received_at, moment, own, Confidence.NONE), True


def _times(
    occurred_at: datetime,
    sent_at: datetime | None,
    received_at: datetime,
    corrected_at: datetime,
    offset: timedelta | None,
    confidence: Confidence,
) -> Times:
    return Times(
        occurred_at=shifted(occurred_at, timedelta()),
        sent_at=shifted(sent_at, timedelta()) if sent_at else None,
        received_at=received_at,
        corrected_at=shifted(corrected_at, timedelta()),
        clock_offset=offset,
        clock_confidence=confidence,
    )
