"""Who would come to a visit, beside the one who was asked."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.db.session import Session
from app.workforce.tables import VisitBooking


async def find_people(session: Session, company_id: UUID, visit_id: UUID) -> Sequence[UUID]:
    """Everybody whose time the visit takes."""
    query = select(VisitBooking.worker_id).where(
        VisitBooking.company_id == company_id, VisitBooking.visit_id == visit_id
    )
    return (await session.scalars(query.distinct())).all()
