"""The visits of a job."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.db.session import Session
from app.dispatch.visits.models import Visit


async def find_visits(session: Session, company_id: UUID, job_id: UUID) -> Sequence[Visit]:
    """All visits of a job, the first one first."""
    query = select(Visit).where(Visit.company_id == company_id, Visit.job_id == job_id)
    return (await session.scalars(query.order_by(Visit.number))).all()
