"""What every slice of the field starts from."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, select, true

from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.api import Visit, visits_visible_to
from app.orders.tables import Job, JobType

VISITS_MAX = 200


class VisitWithJob(NamedTuple):
    """A visit, what is to be done there, and how the company does such jobs."""

    visit: Visit
    job: Job
    job_type: JobType


def _select_visits(scope: Scope) -> Select[Visit, Job, JobType]:
    return (
        select(Visit, Job, JobType)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
        .where(visits_visible_to(scope))
    )


async def get_visit_with_job(session: Session, scope: Scope, visit_id: UUID) -> VisitWithJob | None:
    row = (await session.execute(_select_visits(scope).where(Visit.id == visit_id))).first()
    return VisitWithJob(*row) if row else None


async def find_visits_with_jobs(
    session: Session, scope: Scope, *, starts_from: datetime, statuses: Sequence[str] | None
) -> list[VisitWithJob]:
    """The earliest first."""
    query = _select_visits(scope).where(
        Visit.starts_at >= starts_from, Visit.status.in_(statuses) if statuses else true()
    )
    rows = await session.execute(query.order_by(Visit.starts_at, Visit.id).limit(VISITS_MAX))
    return [VisitWithJob(*row) for row in rows]


async def find_jobs_of_order(session: Session, scope: Scope, order_id: UUID) -> Sequence[UUID]:
    query = select(Job.id).where(Job.company_id == scope.company_id, Job.order_id == order_id)
    return (await session.scalars(query)).all()
