"""All SQL about job types."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.dialects.postgresql import insert

from app.core.scope import Scope
from app.db.session import Session
from app.orders.job_types.models import JobType, OldChecklist


async def find_job_types(session: Session, scope: Scope, *, is_active: bool | None) -> Sequence[JobType]:
    query = select(JobType).where(
        JobType.company_id == scope.company_id,
        JobType.is_active.is_(is_active) if is_active is not None else true(),
    )
    return (await session.scalars(query.order_by(JobType.id))).all()


async def get_job_type(session: Session, company_id: UUID, job_type_id: UUID) -> JobType | None:
    query = select(JobType).where(JobType.company_id == company_id, JobType.id == job_type_id)
    return await session.scalar(query)


async def find_old_checklists(
    session: Session, company_id: UUID, job_type_id: UUID
) -> Sequence[OldChecklist]:
    """The checklists that were replaced, the newest first."""
    query = select(OldChecklist).where(
        OldChecklist.company_id == company_id, OldChecklist.job_type_id == job_type_id
    )
    return (await session.scalars(query.order_by(OldChecklist.id.desc()))).all()


async def find_active_of_kind(session: Session, company_id: UUID, kind: str) -> Sequence[JobType]:
    query = select(JobType).where(
        JobType.company_id == company_id, JobType.kind == kind, JobType.is_active.is_(True)
    )
    return (await session.scalars(query.order_by(JobType.id))).all()


async def add_missing_job_types(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the job types whose code the company does not have. Existing ones do not change."""
    keys = [JobType.company_id, JobType.code]
    await session.execute(insert(JobType).values(rows).on_conflict_do_nothing(index_elements=keys))
