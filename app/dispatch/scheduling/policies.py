"""Decisions about a visit's time. Each takes facts, and either refuses or returns what must be written."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.dispatch import VisitCanceled, VisitMoved, VisitPlanned
from app.core.changes import Insert
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.dispatch.offers.policies import OfferState, take_back
from app.dispatch.visits.policies import AHEAD, VisitStatus
from app.dispatch.visits.states import Outcome, VisitMoveRefused, VisitState, changed, check_move, entry

VISIT_WITHIN = timedelta(days=3 * 365)
"""How far ahead a visit may be. No plant takes longer to make windows."""
LONGEST_WINDOW = timedelta(days=2)


class VisitTimeInvalid(DomainError):
    """The value of `field` is impossible. `reason` is a code with a text of its own."""

    status = 422
    code = "visit_time_invalid"


class Times(NamedTuple):
    """The time of a visit and the client's window: somebody arrives in [window_starts_at, window_ends_at)."""

    starts_at: datetime
    ends_at: datetime
    window_starts_at: datetime
    window_ends_at: datetime


def check_times(times: Times, *, now: datetime) -> None:
    """Refuse a time that cannot be right.

    Raises:
        VisitTimeInvalid: in the past, too far ahead (a year with one digit wrong), or an impossible window.
    """
    starts_at, _, window_starts_at, window_ends_at = times
    reasons = [
        ("starts_at", "visit_in_the_past", starts_at < now),
        ("starts_at", "visit_too_far_ahead", starts_at - now > VISIT_WITHIN),
        ("window_starts_at", "window_opens_too_early", starts_at - window_starts_at > LONGEST_WINDOW),
        ("window_starts_at", "window_opens_too_late", window_starts_at > starts_at),
        ("window_ends_at", "window_closes_too_early", window_ends_at <= starts_at),
        ("window_ends_at", "window_closes_too_late", window_ends_at - starts_at > LONGEST_WINDOW),
    ]
    for field, reason, holds in reasons:
        if holds:
            raise VisitTimeInvalid(field=field, reason=reason)


def plan(job_id: UUID, times: Times, *, number: int, by: UUID, now: datetime) -> Outcome:
    """Plan visit `number` of a job. Nobody is asked yet.

    Raises:
        VisitTimeInvalid: an impossible time.
    """
    check_times(times, now=now)
    columns = {"job_id": job_id, "number": number, "status": VisitStatus.PLANNED, **times._asdict()}
    row: dict[str, Any] = {"id": uuid7(), **columns, "ladder": []}
    visit = VisitState(**row)
    news = VisitPlanned(visit_id=visit.id, job_id=job_id)
    return Outcome(visit, [Insert("visit", row), entry(visit.id, "planned", by=by, now=now)], [news])


def move(visit: VisitState, offer: OfferState | None, times: Times, *, by: UUID, now: datetime) -> Outcome:
    """Give a visit another time. Whoever had it no longer has it. `offer` is the open one.

    A worker on his way could be called back (`MOVES` allows it), but a new time is not how he learns of
    it: the office withdraws the visit first.

    Raises:
        VisitMoveRefused: the worker has set out, or the visit is over.
        VisitTimeInvalid: an impossible time.
    """
    if visit.status not in AHEAD:
        raise VisitMoveRefused(was=visit.status, to="moved")
    check_times(times, now=now)
    taken = take_back(visit, offer, now=now)
    payload = {"starts_at": times.starts_at.isoformat(), "ends_at": times.ends_at.isoformat()}
    moved = VisitMoved(
        visit_id=visit.id,
        moved_from_version=visit.row_version,
        starts_at=times.starts_at,
        ends_at=times.ends_at,
    )
    return changed(
        visit,
        *taken.changes,
        entry(visit.id, "moved", by=by, now=now, payload=payload),
        news=[*taken.news, moved],
        **taken.becomes | times._asdict(),
    )


def cancel(visit: VisitState, offer: OfferState | None, *, reason: str, by: UUID, now: datetime) -> Outcome:
    """Cancel a visit. Canceling again changes nothing. `offer` is the open one.

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
        entry(visit.id, "canceled", by=by, now=now, payload={"reason": reason}),
        news=[*taken.news, VisitCanceled(visit_id=visit.id, reason=reason)],
        **taken.becomes | canceled,
    )
