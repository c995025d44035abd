"""Decisions about a visit's time. Each takes facts, and either refuses or returns what must be written."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.dispatch import VisitCanceled, VisitMoved, VisitPinned, VisitPlanned
from app.core.ids import uuid7
from app.dispatch.confirmation.policies import Says
from app.dispatch.gate.policies import JobRules, VisitTimeInvalid, let_time_pass
from app.dispatch.offers.states import OfferState
from app.dispatch.offers.taking_back import TakenBack, take_back, who_had
from app.dispatch.visits.policies import AHEAD, FINISHED, VisitStatus
from app.dispatch.visits.states import (
    Outcome,
    VisitMoveRefused,
    VisitState,
    changed,
    check_move,
    check_not_pinned,
    entry,
    made,
)
from app.notifications.api import InboxKind, settle_items
from app.workforce.api import free_rest

VISIT_WITHIN = timedelta(days=3 * 365)
"""How far ahead a visit may be. No plant takes longer to make windows."""
LONGEST_WINDOW = timedelta(days=2)
WHAT_HE_ASKED = [InboxKind.CLIENT_WANTS_OTHER_TIME, InboxKind.ANSWER_UNCLEAR]
"""Inbox items about what the client wrote. They are settled when the visit gets another time or is canceled."""


class Times(NamedTuple):
    """The time of a visit and the client's window: somebody arrives in [window_starts_at, window_ends_at)."""

    starts_at: datetime
    ends_at: datetime
    window_starts_at: datetime
    window_ends_at: datetime


def check_times(times: Times, *, now: datetime) -> None:
    """Refuse a time that cannot be right. A time in the past is refused by the gate.

    Raises:
        VisitTimeInvalid: too far ahead (a year with one digit wrong), or an impossible window.
    """
    starts_at, _, window_starts_at, window_ends_at = times
    reasons = [
        ("starts_at", "visit_too_far_ahead", starts_at - now > VISIT_WITHIN),
        ("window_starts_at", "window_opens_too_early", starts_at - window_starts_at > LONGEST_WINDOW),
        ("window_starts_at", "window_opens_too_late", window_starts_at > starts_at),
        ("window_ends_at", "window_closes_too_early", window_ends_at <= starts_at),
        ("window_ends_at", "window_closes_too_late", window_ends_at - starts_at > LONGEST_WINDOW),
    ]
    for field, reason, holds in reasons:
        if holds:
            raise VisitTimeInvalid(field=field, reason=reason)


def plan(
    job_id: UUID,
    times: Times,
    *,
    number: int,
    rules: JobRules,
    reason: str | None = None,
    excused: Collection[str] = (),
    is_new_client: bool = False,
    by: UUID,
    now: datetime,
) -> Outcome:
    """Plan visit `number` of a job. Nobody is asked yet.

    Raises:
        VisitTimeInvalid: an impossible time.
        JobNotPlannable, NotReadyThen: see `let_time_pass`.
    """
    at = rules.plan(times.starts_at, times.ends_at, now=now, is_new_time=True)
    overruled = let_time_pass(at, reason=reason, excused=excused, now=now)
    check_times(times, now=now)
    visit = VisitState(
        id=uuid7(),
        job_id=job_id,
        number=number,
        status=VisitStatus.PLANNED,
        **times._asdict(),
        ladder=[],
        is_new_client=is_new_client,
    )
    news = VisitPlanned(visit_id=visit.id, job_id=job_id)
    line = entry(visit.id, "planned", by=by, now=now, payload=overruled)
    settled = settle_items([InboxKind.NEW_TIME_NEEDED], job_id, now=now)
    return made(visit, line, settled, news=[news], now=now)


def times_of(visit: VisitState) -> Times:
    return Times(visit.starts_at, visit.ends_at, visit.window_starts_at, visit.window_ends_at)


def moved_times(
    was: Times,
    *,
    starts_at: datetime | None = None,
    duration: timedelta | None = None,
    window_starts_at: datetime | None = None,
    window_ends_at: datetime | None = None,
) -> Times:
    """The new times of a visit. What is not given follows the new start and keeps its length."""
    start = starts_at or was.starts_at
    by = start - was.starts_at
    opens = window_starts_at or was.window_starts_at + by
    return Times(
        starts_at=start,
        ends_at=start + (duration or was.ends_at - was.starts_at),
        window_starts_at=opens,
        window_ends_at=window_ends_at or opens + (was.window_ends_at - was.window_starts_at),
    )


def keeps_its_people(was: Times, times: Times) -> bool:
    """Whether somebody who has the visit at its old time can also come at the new one: it begins when it did
    and does not take longer. The client's window may be another."""
    return times.starts_at == was.starts_at and times.ends_at <= was.ends_at


def move(
    visit: VisitState,
    offer: OfferState | None,
    times: Times,
    *,
    rules: JobRules,
    reason: str | None = None,
    by: UUID | None,
    by_client: bool = False,
    now: datetime,
) -> Outcome:
    """Give a visit another time. `offer` is the open one. The present time is no move and changes nothing.
    If the client moves it himself, `by` is None, and he has said yes to the new time.

    Whoever had the visit no longer has it, unless its start stays and it becomes no longer.

    A worker on his way could be called back (`MOVES` allows it), but a new time is not how he learns of
    it: the office withdraws the visit first.

    Raises:
        VisitMoveRefused: the worker has set out, or the visit is over.
        VisitIsPinned: it is to stay at its time.
        VisitTimeInvalid: an impossible time.
        JobNotPlannable, NotReadyThen: see `let_time_pass`.
    """
    was = times_of(visit)
    if times == was:
        return Outcome(visit)
    if visit.status not in AHEAD:
        raise VisitMoveRefused(was=visit.status, to="moved")
    check_not_pinned(visit)
    at = rules.plan(times.starts_at, times.ends_at, now=now, is_new_time=times.starts_at != was.starts_at)
    overruled = let_time_pass(at, reason=reason, now=now)
    check_times(times, now=now)
    taken = take_back(visit, offer, now=now)
    if keeps_its_people(was, times):
        taken = TakenBack([*free_rest(visit.time, since=times.ends_at)], [], {})
    by_himself = {"by_client": True} if by_client else {}
    moved = VisitMoved(
        visit_id=visit.id,
        moved_from_version=visit.row_version,
        starts_at=times.starts_at,
        ends_at=times.ends_at,
    )
    return changed(
        visit,
        *taken.changes,
        settle_items(WHAT_HE_ASKED, visit.id, now=now),
        entry(
            visit.id,
            "moved",
            by=by,
            now=now,
            payload=_in_words(times) | {"was": _in_words(was)} | overruled | by_himself,
        ),
        news=[*taken.news, moved],
        now=now,
        **taken.becomes | times._asdict() | _answered(was, times, by_client=by_client, now=now),
    )


def _answered(was: Times, times: Times, *, by_client: bool, now: datetime) -> dict[str, Any]:
    """What the client has answered was about the window of before. Whoever has chosen the window agrees to it."""
    if by_client:
        return {"client_answer": str(Says.YES), "client_answered_at": now}
    is_same = (was.window_starts_at, was.window_ends_at) == (times.window_starts_at, times.window_ends_at)
    return {} if is_same else {"client_answer": None, "client_answered_at": None}


def _in_words(times: Times) -> dict[str, str]:
    return {name: moment.isoformat() for name, moment in times._asdict().items()}


def pin(visit: VisitState, *, is_pinned: bool, by: UUID, now: datetime) -> Outcome:
    """Let a visit stay at its time and with its people, or no longer. Doing so again changes nothing.

    Raises:
        VisitMoveRefused: it is over, so nobody moves it.
    """
    if visit.is_pinned == is_pinned:
        return Outcome(visit)
    if visit.status in FINISHED:
        raise VisitMoveRefused(was=visit.status, to="pinned")
    line = entry(visit.id, "pinned" if is_pinned else "unpinned", by=by, now=now)
    news = VisitPinned(visit_id=visit.id, is_pinned=is_pinned)
    return changed(visit, line, news=[news], now=now, is_pinned=is_pinned)


def cancel(
    visit: VisitState, offer: OfferState | None, *, reason: str, by: UUID | None, now: datetime
) -> Outcome:
    """Cancel a visit. Canceling again changes nothing. `offer` is the open one, `by` None for the client himself.

    Raises:
        VisitMoveRefused: the worker is on site, or the visit is over.
    """
    if visit.status == VisitStatus.CANCELED:
        return Outcome(visit)
    check_move(visit, VisitStatus.CANCELED)
    taken = take_back(visit, offer, now=now)
    canceled = {"status": VisitStatus.CANCELED, "status_reason": reason, "finished_at": now}
    return changed(
        visit,
        *taken.changes,
        settle_items(WHAT_HE_ASKED, visit.id, now=now),
        entry(visit.id, "canceled", by=by, now=now, payload={"reason": reason, **who_had(visit)}),
        news=[*taken.news, VisitCanceled(visit_id=visit.id, reason=reason)],
        now=now,
        **taken.becomes | canceled,
    )
