"""What happens to an offer nobody answers: the steps of its job type's ladder, each of them once.

`visit.escalate_at` says when the next step is due. The sweep locks the visit's row. If an acceptance commits
first, the sweep finds nothing to do. If the sweep commits first, the acceptance is refused as expired.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.core.changes import Update
from app.core.clock import Clock
from app.core.hours import Span
from app.db.session import Sessions
from app.db.work import Work, begin_work
from app.dispatch.candidates.service import find_candidates
from app.dispatch.escalation import queries
from app.dispatch.escalation.policies import Climb, Overdue, first_available
from app.dispatch.escalation.queries import Known
from app.dispatch.gate.policies import WorkerBusy
from app.dispatch.offers.policies import Asked
from app.dispatch.offers.queries import ANSWER_HOURS
from app.dispatch.visits.service import carry_out
from app.dispatch.visits.states import VisitState

log = structlog.get_logger(__name__)

COMPANIES_AT_ONCE = 4
AT_ONCE = 8
"""Visits of one transaction. Few, because a killed process leaves all of them to another one."""
TRIES_MAX = 3
"""The next candidate's time may be booked by somebody else just before the sweep commits. Then it tries again."""
TRY_AGAIN_AFTER = timedelta(seconds=10)
"""A visit that cannot be escalated is put off, so that other visits of its company do not wait for it."""


class ClimbFailed(Exception):
    """A visit could not be escalated."""

    def __init__(self, visit_id: UUID) -> None:
        super().__init__(f"visit {visit_id}")
        self.visit_id = visit_id


class CandidateTaken(ClimbFailed):
    """Somebody else booked the next candidate's time meanwhile, so another try finds another candidate."""


async def escalate_overdue_visits(sessions: Sessions, company_id: UUID, clock: Clock) -> int:
    """Sweep: climb the ladders of the visits that have been due the longest, in one transaction.

    Ends their offers, reminds, tells people, asks the next candidates. If one of them fails, each is climbed
    in a transaction of its own. Returns how many visits it found, at most AT_ONCE.
    """
    now = clock.now()
    try:
        return await _climb_overdue(sessions, company_id, at_most=AT_ONCE, now=now)
    except ClimbFailed as failed:
        log.warning("escalated_one_by_one", visit_id=str(failed.visit_id), error=repr(failed.__cause__))
    for taken in range(AT_ONCE):
        if not await _climb_longest_overdue(sessions, company_id, now=now):
            return taken
    return AT_ONCE


async def _climb_longest_overdue(sessions: Sessions, company_id: UUID, *, now: datetime) -> int:
    """Climb the ladder of one visit, or put the visit off. Returns 0 if none is due."""
    for _ in range(TRIES_MAX):
        try:
            return await _climb_overdue(sessions, company_id, at_most=1, now=now)
        except CandidateTaken as taken:
            failed: ClimbFailed = taken
        except ClimbFailed as other:
            failed = other
            break
    log.error("escalation_failed", visit_id=str(failed.visit_id), exc_info=failed)
    await _put_off(sessions, company_id, failed.visit_id, now=now)
    return 1


async def _climb_overdue(sessions: Sessions, company_id: UUID, *, at_most: int, now: datetime) -> int:
    async with begin_work(sessions, company_id) as work:
        visits = await work.all(queries.LONGEST_OVERDUE, at_most=at_most, now=now)
        known = await work.all(queries.KNOWN, visits=[one.id for one in visits]) if visits else []
        known_of = {one.visit_id: one for one in known}
        for visit in visits:
            try:
                await _climb(work, visit, known_of[visit.id], now=now)
                await work.write_now()  # the next visit must see whose time this one has taken or left
            except WorkerBusy as busy:
                raise CandidateTaken(visit.id) from busy
            except Exception as error:
                raise ClimbFailed(visit.id) from error
    return len(visits)


async def _climb(work: Work, visit: VisitState, known: Known, *, now: datetime) -> None:
    climb = Climb(
        Overdue(visit, known.accept_within, known.offer, known.known_items, known.site_zone), now=now
    )
    while climb.go_on():
        asked = first_available(await find_candidates(work, visit, offers=known.offers, now=now))
        if asked is None:
            climb.nobody_left()
        else:
            climb.ask(asked, hours=await _hours_of(work, visit, asked, known, now=now))
    carry_out(work, climb.outcome())


async def _hours_of(
    work: Work, visit: VisitState, asked: Asked, known: Known, *, now: datetime
) -> list[Span] | None:
    """In which hours the next candidate can answer. None: at any hour."""
    if not known.waits_for_hours:
        return None
    hours = await work.one(ANSWER_HOURS, visit=visit.id, worker=asked.worker_id, since=now)
    return hours.periods(since=now, until=visit.starts_at) if hours else None


async def _put_off(sessions: Sessions, company_id: UUID, visit_id: UUID, *, now: datetime) -> None:
    """Keeps `row_version` as it is, because nothing about the visit is decided here."""
    async with begin_work(sessions, company_id) as work:
        work.write(Update("visit", {"id": visit_id}, {"escalate_at": now + TRY_AGAIN_AFTER}))
