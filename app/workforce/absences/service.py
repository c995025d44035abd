"""When people are away although they are on shift."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session
from app.workforce.absences import queries
from app.workforce.absences.models import Absence
from app.workforce.bookings.queries import find_visits_then
from app.workforce.people.service import get_worker
from app.workforce.shifts.service import LOOK_MAX, Period, checked_period

ABSENCE_MAX = timedelta(days=400)


class AbsenceNotFound(NotFound):
    code = "absence_not_found"


class AbsenceOverVisit(DomainError):
    """The worker has visits in this time. Give them to somebody else first, or set `even_if_booked`."""

    code = "absence_over_visit"


async def add_absence(
    session: Session,
    scope: Scope,
    *,
    worker_id: UUID,
    kind: str,
    period: Period,
    comment: str,
    even_if_booked: bool,
) -> Absence:
    """Add an absence of a worker. With `even_if_booked`, visits in this time stay booked.

    Raises:
        WorkerNotFound: no such worker.
        PeriodInvalid: the absence ends before it starts or lasts more than 400 days.
        AbsenceOverVisit: visits are booked in this time; `visits` lists them.
    """
    await get_worker(session, scope.company_id, worker_id)
    away = checked_period(period, ABSENCE_MAX)
    if not even_if_booked:
        visits = await find_visits_then(session, scope.company_id, worker_id, away)
        if visits:
            raise AbsenceOverVisit(visits=[str(one) for one in visits])
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
