"""What the office takes away beneath visits: a shift, or a worker's time by an absence."""

from datetime import datetime
from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.staffing.policies import VisitsBeneath
from app.dispatch.staffing.service import judge_change, watch_worker
from app.workforce import api as workforce
from app.workforce.api import AbsenceOut, AbsenceOverVisit, AddAbsence


async def remove_shift(
    session: Session, scope: Scope, *, shift_id: UUID, reason: str | None, now: datetime
) -> None:
    """Remove a shift.

    Raises:
        ShiftNotFound: no such shift.
        VisitsBeneath: visits lie in it, and no reason was given.
    """
    worker_id = await workforce.get_worker_of_shift(session, scope, shift_id)
    watch = await watch_worker(session, scope.company_id, worker_id, now=now)
    await workforce.remove_shift(session, scope, shift_id)
    await judge_change(
        session, scope, watch, what="shift_removed", worker_id=worker_id, reason=reason, now=now
    )


async def add_absence(
    session: Session, scope: Scope, *, worker_id: UUID, absence: AddAbsence, now: datetime
) -> AbsenceOut:
    """Add an absence of a worker.

    Raises:
        WorkerNotFound: no such worker.
        PeriodInvalid: the absence ends before it starts or lasts more than 400 days.
        AbsenceOverVisit: visits lie in it, and no reason was given; `visits` lists them.
    """
    watch = await watch_worker(session, scope.company_id, worker_id, now=now)
    added = await workforce.add_absence(session, scope, worker_id=worker_id, absence=absence)
    try:
        await judge_change(
            session,
            scope,
            watch,
            what="absence_added",
            worker_id=worker_id,
            reason=absence.override_reason,
            is_excused=absence.even_if_booked,
            now=now,
        )
    except VisitsBeneath as beneath:
        raise AbsenceOverVisit(**beneath.params) from beneath
    return added
