"""All SQL about job types."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.dialects.postgresql import insert

from app.core.scope import Scope
from app.db.session import Session
from app.orders.job_types.models import JobType


async def find_job_types(session: Session, scope: Scope, *, is_active: bool | None) -> Sequence[JobType]:
    query = select(JobType).where(
        JobType.company_id == scope.company_id,
        JobType.is_active.is_(is_active) if is_active is not None else true(),
    )
    return (await session.scalars(query.order_by(JobType.id))).all()


async def get_job_type(session: Session, company_id: UUID, job_type_id: UUID) -> JobType | None:
    query = select(JobType).where(JobType.company_id == company_id, JobType.id == job_type_id)
    return await session.scalar(query)


async def find_asking_for(session: Session, company_id: UUID, form_id: UUID) -> Sequence[str]:
    """Codes of the job types that name this form, also of those that take no new jobs: their visits may go on."""
    query = select(JobType.code).where(
        JobType.company_id == company_id, JobType.proofs.contains([{"form_id": str(form_id)}])
    )
    return (await session.scalars(query.order_by(JobType.code))).all()


async def find_active_of_kind(session: Session, company_id: UUID, kind: str) -> Sequence[JobType]:
    query = select(JobType).where(
        JobType.company_id == company_id, JobType.kind == kind, JobType.is_active.is_(True)
    )
    return (await session.scalars(query.order_by(JobType.id))).all()


async def add_missing_job_types(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the job types whose code the company does not have. Existing ones do not change."""
    keys = [JobType.company_id, JobType.code]
    await session.execute(insert(JobType).values(rows).on_conflict_do_nothing(index_elements=keys))
