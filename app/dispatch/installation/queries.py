"""The visits of installations."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select

from app.db.query import Query
from app.db.session import Session
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import LEFT_TO_DO


async def find_installation_visit(session: Session, company_id: UUID, job_id: UUID | None) -> Visit | None:
    """The visit of an installation job that is ahead, under way or has installed the windows."""
    if job_id is None:
        return None
    query = (
        select(Visit)
        .where(Visit.company_id == company_id, Visit.job_id == job_id, Visit.status.not_in(LEFT_TO_DO))
        .order_by(Visit.starts_at.desc())
        .limit(1)
    )
    return await session.scalar(query)


async def get_job_of_visit(session: Session, company_id: UUID, visit_id: UUID) -> UUID:
    return (await session.get_one(Visit, (company_id, visit_id))).job_id


class VisitOfJob(NamedTuple):
    visit_id: UUID
    job_id: UUID


JOBS_OF_VISITS = Query(
    select(Visit.id, Visit.job_id).where(
        Visit.company_id == bindparam("company", type_=Uuid),
        Visit.id == func.any(bindparam("visits", type_=ARRAY(Uuid))),
    ),
    VisitOfJob,
)
