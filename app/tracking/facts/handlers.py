"""Lets days be derived again when something else than positions has changed that their facts follow from.

A phone without network sends its positions and its taps in any order. So a visit may be accepted, or somebody named on
it, after the day was derived.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.contracts.dispatch import PresenceRecorded, VisitAccepted, VisitCanceled, VisitMoved
from app.contracts.tracking import ShortestStopChanged
from app.contracts.workforce import AvailabilityChanged
from app.db.wake import note
from app.db.work import Work
from app.tracking.facts import again, due
from app.tracking.facts.policies.times import SEEN_AFTER
from app.tracking.facts.sweep import DERIVE_DAYS
from app.tracking.pings.forgetting import forget_later

DAYS_BACK = timedelta(days=2)
"""A shift or absence that is changed later than this changes no facts."""
A_MONTH = timedelta(days=31)


async def on_visits_changed(
    work: Work,
    events: Sequence[VisitAccepted | VisitMoved | VisitCanceled | PresenceRecorded],
    now: datetime,
) -> None:
    await due.derive_days_of_visits(work, [event.visit_id for event in events], at=now)
    work.notes.add(note(DERIVE_DAYS, work.company_id, now))


async def on_availability_changed(work: Work, events: Sequence[AvailabilityChanged], now: datetime) -> None:
    """Derive the days around now again. Days of shifts are derived after them, although no position may ever come."""
    workers = sorted({event.worker_id for event in events})
    forget_later(work, workers, now=now)
    since = now - DAYS_BACK
    tomorrow = now.date() + timedelta(days=1)
    await due.derive_days_of_workers(work, workers, first=since.date(), last=tomorrow, at=now)
    await due.await_shifts(work, workers, ended_after=since, seen_after=SEEN_AFTER)
    work.notes.add(note(DERIVE_DAYS, work.company_id, now))


async def on_shortest_stop_changed(work: Work, _: Sequence[ShortestStopChanged], now: datetime) -> None:
    """Derive the days of the last month again. Longer ago people were paid by what was known then."""
    await again.derive_days_again(work, now=now, since=(now - A_MONTH).date())
