"""All SQL about when people are away."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from app.core.scope import Scope
from app.db.session import Session
from app.workforce.absences.models import Absence


async def find_absences(
    session: Session, scope: Scope, worker_id: UUID, between: Range[datetime]
) -> Sequence[Absence]:
    """Absences of a worker that overlap `between`, earliest first."""
    query = select(Absence).where(
        Absence.company_id == scope.company_id,
        Absence.worker_id == worker_id,
        Absence.period.overlaps(between),
    )
    return (await session.scalars(query.order_by(func.lower(Absence.period)))).all()


async def get_absence(session: Session, scope: Scope, absence_id: UUID) -> Absence | None:
    query = select(Absence).where(Absence.company_id == scope.company_id, Absence.id == absence_id)
    return await session.scalar(query)
