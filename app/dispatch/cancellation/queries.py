"""The visits of a job that are not over."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.db.session import Session
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import FINISHED


async def find_open_visits(
    session: Session, company_id: UUID, job_id: UUID, *, lock: bool = False
) -> Sequence[UUID]:
    query = (
        select(Visit.id)
        .where(Visit.company_id == company_id, Visit.job_id == job_id, Visit.status.not_in(FINISHED))
        .order_by(Visit.id)
    )
    return (await session.scalars(query.with_for_update() if lock else query)).all()
