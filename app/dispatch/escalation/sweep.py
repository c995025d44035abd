"""What happens to an offer nobody answers: the steps of its job type's ladder, each of them once.

`visit.escalate_at` says when the next step is due. The sweep locks the visit's row. If an acceptance commits
first, the sweep finds nothing to do. If the sweep commits first, the acceptance is refused as expired.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.core.changes import Update
from app.core.clock import Clock
from app.db.session import Sessions
from app.db.work import Work, begin_work
from app.dispatch.candidates.service import find_candidates
from app.dispatch.escalation import queries
from app.dispatch.escalation.policies import Climb, Overdue, first_available
from app.dispatch.offers.policies import WorkerBusy
from app.dispatch.visits.service import carry_out
from app.dispatch.visits.states import VisitState

log = structlog.get_logger(__name__)

COMPANIES_AT_ONCE = 4
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


async def escalate_overdue_visit(sessions: Sessions, company_id: UUID, clock: Clock) -> int:
    """Sweep: climb the ladder of the visit that has been due the longest, in one transaction.

    Ends its offer, reminds, tells people, asks the next candidate. Returns how many visits it found: 1 or 0.
    """
    now = clock.now()
    for _ in range(TRIES_MAX):
        try:
            return await _climb_one(sessions, company_id, now=now)
        except CandidateTaken as taken:
            failed: ClimbFailed = taken
        except ClimbFailed as other:
            failed = other
            break
    log.error("escalation_failed", visit_id=str(failed.visit_id), exc_info=failed)
    await _put_off(sessions, company_id, failed.visit_id, now=now)
    return 1


async def _climb_one(sessions: Sessions, company_id: UUID, *, now: datetime) -> int:
    async with begin_work(sessions, company_id) as work:
        visit = await work.one(queries.LONGEST_OVERDUE, now=now)
        if visit is None:
            return 0
        try:
            await _climb(work, visit, now=now)
            await work.write_now()
        except WorkerBusy as busy:
            raise CandidateTaken(visit.id) from busy
        except Exception as error:
            raise ClimbFailed(visit.id) from error
    return 1


async def _climb(work: Work, visit: VisitState, *, now: datetime) -> None:
    known = await work.one(queries.KNOWN, visit=visit.id)
    assert known is not None  # noqa: S101  # a visit has its job: foreign key
    climb = Climb(Overdue(visit, known.accept_within, known.offer, known.known_items), now=now)
    while climb.go_on():
        asked = first_available(await find_candidates(work, visit, offers=known.offers, now=now))
        if asked is None:
            climb.nobody_left()
        else:
            climb.ask(asked)
    carry_out(work, climb.outcome())


async def _put_off(sessions: Sessions, company_id: UUID, visit_id: UUID, *, now: datetime) -> None:
    """Keeps `row_version` as it is, because nothing about the visit is decided here."""
    async with begin_work(sessions, company_id) as work:
        work.write(Update("visit", {"id": visit_id}, {"escalate_at": now + TRY_AGAIN_AFTER}))
