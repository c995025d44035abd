"""When people work."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from app.contracts.workforce import AvailabilityChanged
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.periods import check_length
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session, constraint_of
from app.workforce.people.service import get_worker
from app.workforce.shifts import queries
from app.workforce.shifts.models import Shift

SHIFT_MAX = timedelta(days=1)
LOOK_MAX = timedelta(days=400)
"""The longest period that a list of shifts or absences covers."""

OVERLAP = "ex_shift__overlap"


class ShiftNotFound(NotFound):
    code = "shift_not_found"


class ShiftOverlap(DomainError):
    code = "shift_overlap"


class Period(NamedTuple):
    """[starts_at, ends_at), with time zone."""

    starts_at: datetime
    ends_at: datetime


async def add_shifts(
    session: Session, scope: Scope, *, worker_id: UUID, periods: Sequence[Period]
) -> list[Shift]:
    """Add shifts, all or none.

    Raises:
        WorkerNotFound: no such worker.
        PeriodInvalid: a shift ends before it starts or is longer than a day.
        ShiftOverlap: a shift overlaps another shift of the worker.
    """
    await get_worker(session, scope.company_id, worker_id)
    shifts = [
        Shift(
            company_id=scope.company_id,
            id=uuid7(),
            worker_id=worker_id,
            period=checked_period(one, SHIFT_MAX),
        )
        for one in periods
    ]
    try:
        async with session.begin_nested():
            session.add_all(shifts)
    except IntegrityError as error:
        if constraint_of(error) != OVERLAP:
            raise
        raise ShiftOverlap from error
    await announce(session, scope.company_id, AvailabilityChanged(worker_id=worker_id))
    return shifts


def checked_period(period: Period, longest: timedelta) -> Range[datetime]:
    """The period as a range, if it is valid.

    Raises:
        PeriodInvalid: it ends before it starts or is longer than `longest`.
    """
    check_length(period.ends_at - period.starts_at, longest=longest)
    return Range(period.starts_at, period.ends_at)


async def get_shift(session: Session, scope: Scope, shift_id: UUID) -> Shift:
    """One shift.

    Raises:
        ShiftNotFound: no such shift.
    """
    shift = await queries.get_shift(session, scope, shift_id)
    if shift is None:
        raise ShiftNotFound(shift_id=shift_id)
    return shift


async def remove_shift(session: Session, scope: Scope, shift_id: UUID) -> None:
    """Remove a shift. Visits that are booked in its time stay booked: the caller looks at them.

    Raises:
        ShiftNotFound: no such shift.
    """
    shift = await get_shift(session, scope, shift_id)
    await session.delete(shift)
    await session.flush()  # the caller looks at what is left
    await announce(session, scope.company_id, AvailabilityChanged(worker_id=shift.worker_id))


async def find_shifts(
    session: Session, scope: Scope, *, worker_id: UUID, since: datetime, until: datetime
) -> Sequence[Shift]:
    """Shifts that overlap [since, until), earliest first.

    Raises:
        WorkerNotFound: no such worker.
        PeriodInvalid: `until` is not after `since`, or more than 400 days after it.
    """
    await get_worker(session, scope.company_id, worker_id)
    between = checked_period(Period(since, until), LOOK_MAX)
    return await queries.find_shifts(session, scope, worker_id, between)
