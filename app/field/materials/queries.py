"""All SQL about used materials."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select

from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.field.materials.models import MaterialUse
from app.field.materials.values import Use, UsedInJob

COLUMNS = [getattr(MaterialUse, name) for name in Use._fields]


async def find_uses(session: Session, company_id: UUID, job_id: UUID) -> list[Use]:
    """Everything that was reported in a job, in the order of arrival."""
    query = select(*COLUMNS).where(MaterialUse.company_id == company_id, MaterialUse.job_id == job_id)
    rows = await session.execute(query.order_by(MaterialUse.received_at, MaterialUse.id))
    return [Use(*row) for row in rows]


USES = Query(
    select(*COLUMNS)
    .where(
        MaterialUse.company_id == bindparam("company", type_=Uuid),
        MaterialUse.job_id == any_(bindparam("jobs", type_=ARRAY(Uuid))),
    )
    .order_by(MaterialUse.received_at, MaterialUse.id),
    Use,
)


async def find_uses_of_jobs(work: Work, job_ids: Iterable[UUID]) -> list[Use]:
    """Everything that was reported in these jobs, in the order of arrival."""
    return await work.all(USES, jobs=list(job_ids))


async def get_job_of_use(session: Session, company_id: UUID, use_id: UUID) -> UUID | None:
    """The job in which a line was reported. None: there is no such line, or it is a correction."""
    query = select(MaterialUse.job_id).where(
        MaterialUse.company_id == company_id, MaterialUse.id == use_id, MaterialUse.corrects_id.is_(None)
    )
    return await session.scalar(query)


async def find_taken_ids(session: Session, company_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these ids that rows have already."""
    if not ids:
        return set()
    query = select(MaterialUse.id).where(MaterialUse.company_id == company_id, MaterialUse.id.in_(ids))
    return set(await session.scalars(query))


USED = Query(
    select(
        MaterialUse.job_id,
        MaterialUse.material_id,
        func.sum(MaterialUse.quantity),
        func.min(MaterialUse.received_at),
    )
    .where(
        MaterialUse.company_id == bindparam("company", type_=Uuid),
        MaterialUse.job_id == any_(bindparam("jobs", type_=ARRAY(Uuid))),
    )
    .group_by(MaterialUse.job_id, MaterialUse.material_id),
    UsedInJob,
)


async def find_used(work: Work, job_ids: Iterable[UUID]) -> list[UsedInJob]:
    """How much of each material was used in these jobs, after all corrections."""
    return await work.all(USED, jobs=list(job_ids))


async def find_jobs_reported(
    session: Session, company_id: UUID, *, since: datetime, until: datetime
) -> list[UUID]:
    """Jobs whose first report arrived in [since, until)."""
    candidates = select(MaterialUse.job_id).where(
        MaterialUse.company_id == company_id,
        MaterialUse.received_at >= since,
        MaterialUse.received_at < until,
    )
    query = (
        select(MaterialUse.job_id)
        .where(MaterialUse.company_id == company_id, MaterialUse.job_id.in_(candidates))
        .group_by(MaterialUse.job_id)
        .having(func.min(MaterialUse.received_at) >= since)
    )
    return list(await session.scalars(query))
