"""When people work, and when they do not although they should."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session, constraint_of
from app.workforce.absences.models import Absence
from app.workforce.people.service import get_worker
from app.workforce.shifts import queries
from app.workforce.shifts.models import Shift

SHIFT_MAX = timedelta(days=1)
ABSENCE_MAX = timedelta(days=400)

OVERLAP = "ex_shift__overlap"


class ShiftNotFound(NotFound):
    code = "shift_not_found"


class AbsenceNotFound(NotFound):
    code = "absence_not_found"


class PeriodInvalid(DomainError):
    """It ends before it starts, or lasts longer than anybody can work or be away."""

    status = 422
    code = "period_invalid"


class ShiftOverlap(DomainError):
    code = "shift_overlap"


class AbsenceOverVisit(DomainError):
    """He is expected at a client's then: give the visits to somebody else first, or insist."""

    code = "absence_over_visit"


class Period(NamedTuple):
    """[starts_at, ends_at), aware."""

    starts_at: datetime
    ends_at: datetime


async def add_shifts(
    session: Session, scope: Scope, *, worker_id: UUID, periods: Sequence[Period]
) -> list[Shift]:
    """Add shifts, all or none.

    Raises:
        WorkerNotFound: no such worker.
        PeriodInvalid: one ends before it starts or is longer than a day.
        ShiftOverlap: one overlaps another of his.
    """
    await get_worker(session, scope.company_id, worker_id)
    shifts = [
        Shift(company_id=scope.company_id, id=uuid7(), worker_id=worker_id, period=_checked(one, SHIFT_MAX))
        for one in periods
    ]
    try:
        async with session.begin_nested():
            session.add_all(shifts)
    except IntegrityError as error:
        if constraint_of(error) != OVERLAP:
            raise
        raise ShiftOverlap from error
    return shifts


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
    away = _checked(period, ABSENCE_MAX)
    if not even_if_booked:
        visits = await queries.find_visits_then(session, scope.company_id, worker_id, away)
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


def _checked(period: Period, longest: timedelta) -> Range[datetime]:
    if not timedelta(0) < period.ends_at - period.starts_at <= longest:
        raise PeriodInvalid(days_max=longest.days)
    return Range(period.starts_at, period.ends_at)


async def remove_shift(session: Session, scope: Scope, shift_id: UUID) -> None:
    """
    Raises:
        ShiftNotFound: no such shift.
    """
    shift = await queries.get_dated(session, scope, Shift, shift_id)
    if shift is None:
        raise ShiftNotFound(shift_id=shift_id)
    await session.delete(shift)


async def remove_absence(session: Session, scope: Scope, absence_id: UUID) -> None:
    """
    Raises:
        AbsenceNotFound: no such absence.
    """
    absence = await queries.get_dated(session, scope, Absence, absence_id)
    if absence is None:
        raise AbsenceNotFound(absence_id=absence_id)
    await session.delete(absence)


async def find_shifts(
    session: Session, scope: Scope, *, worker_id: UUID, since: datetime, until: datetime
) -> Sequence[Shift]:
    """Those that touch [since, until), earliest first.

    Raises:
        WorkerNotFound: no such worker.
        PeriodInvalid: `until` is not after `since`, or more than 400 days after it.
    """
    await get_worker(session, scope.company_id, worker_id)
    between = _checked(Period(since, until), ABSENCE_MAX)
    return await queries.find_of_worker(session, scope, Shift, worker_id, between)


async def find_absences(
    session: Session, scope: Scope, *, worker_id: UUID, since: datetime, until: datetime
) -> Sequence[Absence]:
    """As `find_shifts`.

    Raises:
        WorkerNotFound, PeriodInvalid: as for shifts.
    """
    await get_worker(session, scope.company_id, worker_id)
    between = _checked(Period(since, until), ABSENCE_MAX)
    return await queries.find_of_worker(session, scope, Absence, worker_id, between)
