"""What happens to an offer nobody answers: the ladder of its job type, step by step, each once.

A visit's `escalate_at` is the moment the next thing is due. The sweep locks the visit's row, so an
acceptance that commits first finds nothing left to escalate, and one that comes later is told that
the offer has expired.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.core.changes import Update
from app.db.session import Session
from app.db.sweeps import Ring
from app.db.work import Work, work_in
from app.dispatch.candidates.service import find_candidates
from app.dispatch.escalation import queries
from app.dispatch.escalation.policies import Climb, Overdue, Taken, next_asked
from app.dispatch.escalation.queries import Known
from app.dispatch.visits.service import carry_out
from app.dispatch.visits.states import VisitState

log = structlog.get_logger(__name__)

ESCALATE_AT_ONCE = 20
TRY_AGAIN_AFTER = timedelta(seconds=10)
"""A visit that cannot be escalated waits, so that the others of its company do not."""


async def escalate_overdue_visits(session: Session, company_id: UUID, now: datetime, _: Ring) -> int:
    """Sweep: end offers whose deadline has passed and climb the ladders that are due.

    All climbs of a company are one transaction. If one of them fails, each visit is climbed by itself,
    under a savepoint of its own, and one that fails again is put off.
    """
    async with work_in(session, company_id) as work:
        visits = await work.all(queries.OVERDUE, now=now, at_most=ESCALATE_AT_ONCE)
    if not visits:
        return 0
    if not await _try_to_climb(session, company_id, visits, now=now):
        for visit in visits:
            if not await _try_to_climb(session, company_id, [visit], now=now):
                await _put_off(session, company_id, visit, now=now)
    return len(visits)


async def _try_to_climb(
    session: Session, company_id: UUID, visits: Sequence[VisitState], *, now: datetime
) -> bool:
    """False when it could not be done: nothing of it is kept."""
    try:
        async with session.begin_nested(), work_in(session, company_id) as work:
            await _climb(work, visits, now=now)
    except Exception as error:
        log.warning("escalation_failed", visits=[str(one.id) for one in visits], exc_info=error)
        return False
    return True


async def _climb(work: Work, visits: Sequence[VisitState], *, now: datetime) -> None:
    known = {one.visit_id: one for one in await work.all(queries.KNOWN, visits=[one.id for one in visits])}
    taken: Taken = {}
    for visit in visits:
        facts = known[visit.id]
        overdue = Overdue(visit, timedelta(seconds=facts.accept_within_s), facts.offer, facts.told)
        climb = Climb(overdue, now=now)
        while climb.go_on():
            await _ask_next(work, visit, facts, climb, taken, now=now)
        carry_out(work, climb.outcome())
        await (
            work.write_now()
        )  # by statements whose shapes come again; one for all would be built anew each time


async def _ask_next(
    work: Work, visit: VisitState, facts: Known, climb: Climb, taken: Taken, *, now: datetime
) -> None:
    candidates = await find_candidates(work, visit, offers=facts.offers, now=now)
    asked = next_asked(candidates, visit, taken)
    if asked is None:
        climb.nobody_left()
    else:
        climb.ask(asked)


async def _put_off(session: Session, company_id: UUID, visit: VisitState, *, now: datetime) -> None:
    """Not an edit: nothing is decided by it."""
    log.error("escalation_put_off", visit_id=str(visit.id))
    async with work_in(session, company_id) as work:
        work.write(Update("visit", {"id": visit.id}, {"escalate_at": now + TRY_AGAIN_AFTER}))
