"""All SQL about when people work."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from app.core.scope import Scope
from app.db.session import Session
from app.workforce.shifts.models import Shift


async def find_shifts(
    session: Session, scope: Scope, worker_id: UUID, between: Range[datetime]
) -> Sequence[Shift]:
    """Shifts of a worker that overlap `between`, earliest first."""
    query = select(Shift).where(
        Shift.company_id == scope.company_id, Shift.worker_id == worker_id, Shift.period.overlaps(between)
    )
    return (await session.scalars(query.order_by(func.lower(Shift.period)))).all()


async def get_shift(session: Session, scope: Scope, shift_id: UUID) -> Shift | None:
    query = select(Shift).where(Shift.company_id == scope.company_id, Shift.id == shift_id)
    return await session.scalar(query)
