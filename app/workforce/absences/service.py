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
from app.workforce.shifts.service import Period, checked_period

ABSENCE_MAX = timedelta(days=400)


class AbsenceNotFound(NotFound):
    code = "absence_not_found"


class AbsenceOverVisit(DomainError):
    """He is expected at a client's then: give the visits to somebody else first, or insist."""

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
    """He is away then. Visits that are booked stay booked: see `even_if_booked`.

    Raises:
        WorkerNotFound: no such worker.
        PeriodInvalid: it ends before it starts or lasts more than 400 days.
        AbsenceOverVisit: visits are booked then, listed in `visits`.
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
    await session.flush()  # a refusal of the database belongs to this call
    return absence


async def remove_absence(session: Session, scope: Scope, absence_id: UUID) -> None:
    """
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
    """As `find_shifts`.

    Raises:
        WorkerNotFound, PeriodInvalid: as for shifts.
    """
    await get_worker(session, scope.company_id, worker_id)
    between = checked_period(Period(since, until), ABSENCE_MAX)
    return await queries.find_absences(session, scope, worker_id, between)
