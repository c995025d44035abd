"""All SQL about when people work."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from app.core.scope import Scope
from app.db.session import Session
from app.workforce.absences.models import Absence
from app.workforce.bookings.models import VisitBooking
from app.workforce.shifts.models import Shift

Dated = TypeVar("Dated", Shift, Absence)


async def find_of_worker(
    session: Session, scope: Scope, kind: type[Dated], worker_id: UUID, between: Range[datetime]
) -> Sequence[Dated]:
    """His shifts, or absences, that touch the time `between`, earliest first."""
    query = (
        select(kind)
        .where(
            kind.company_id == scope.company_id, kind.worker_id == worker_id, kind.period.overlaps(between)
        )
        .order_by(func.lower(kind.period))
    )
    return (await session.scalars(query)).all()


async def get_dated(session: Session, scope: Scope, kind: type[Dated], row_id: UUID) -> Dated | None:
    query = select(kind).where(kind.company_id == scope.company_id, kind.id == row_id)
    return await session.scalar(query)


async def find_visits_then(
    session: Session, company_id: UUID, worker_id: UUID, period: Range[datetime]
) -> list[UUID]:
    """Visits that take his time in this period."""
    query = select(VisitBooking.visit_id).where(
        VisitBooking.company_id == company_id,
        VisitBooking.worker_id == worker_id,
        VisitBooking.period.overlaps(period),
    )
    return list(await session.scalars(query.order_by(func.lower(VisitBooking.period))))
