"""When people are away although they are on shift."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.contracts.workforce import AvailabilityChanged
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.workforce.absences import queries
from app.workforce.absences.models import Absence
from app.workforce.people.service import get_worker
from app.workforce.shifts.service import LOOK_MAX, Period, checked_period

ABSENCE_MAX = timedelta(days=400)


class AbsenceNotFound(NotFound):
    code = "absence_not_found"


class AbsenceOverVisit(DomainError):
    """The worker has `visits` in this time. Give them to somebody else first, or give a reason."""

    code = "absence_over_visit"


async def add_absence(
    session: Session,
    scope: Scope,
    *,
    worker_id: UUID,
    kind: str,
    period: Period,
    comment: str,
) -> Absence:
    """Add an absence of a worker. The caller looks at the visits in this time.

    Raises:
        WorkerNotFound: no such worker.
        PeriodInvalid: the absence ends before it starts or lasts more than 400 days.
    """
    await get_worker(session, scope.company_id, worker_id)
    away = checked_period(period, ABSENCE_MAX)
    absence = Absence(
        company_id=scope.company_id,
        id=uuid7(),
        worker_id=worker_id,
        kind=kind,
        period=away,
        comment=comment,
    )
    session.add(absence)
    await session.flush()  # an error of the database must be raised by this call
    await announce(session, scope.company_id, AvailabilityChanged(worker_id=worker_id))
    return absence


async def remove_absence(session: Session, scope: Scope, absence_id: UUID) -> None:
    """Remove an absence: the worker is not away after all.

    Raises:
        AbsenceNotFound: no such absence.
    """
    absence = await queries.get_absence(session, scope, absence_id)
    if absence is None:
        raise AbsenceNotFound(absence_id=absence_id)
    await session.delete(absence)
    await announce(session, scope.company_id, AvailabilityChanged(worker_id=absence.worker_id))


async def find_absences(
    session: Session, scope: Scope, *, worker_id: UUID, since: datetime, until: datetime
) -> Sequence[Absence]:
    """Absences that overlap [since, until), earliest first.

    Raises:
        WorkerNotFound: no such worker.
        PeriodInvalid: `until` is not after `since`, or more than 400 days after it.
    """
    await get_worker(session, scope.company_id, worker_id)
    between = checked_period(Period(since, until), LOOK_MAX)
    return await queries.find_absences(session, scope, worker_id, between)
