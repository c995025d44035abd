"""All SQL about touch plans and their versions."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.crm.plans.models import TouchPlan, TouchPlanVersion
from app.db.session import Session


async def find_plans(session: Session, company_id: UUID) -> Sequence[TouchPlan]:
    query = select(TouchPlan).where(TouchPlan.company_id == company_id).order_by(TouchPlan.id)
    return (await session.scalars(query)).all()


async def get_plan(
    session: Session, company_id: UUID, plan_id: UUID, *, lock: bool = False
) -> TouchPlan | None:
    query = select(TouchPlan).where(TouchPlan.company_id == company_id, TouchPlan.id == plan_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def insert_plans(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Those whose code the company has are left out."""
    await session.execute(insert(TouchPlan).values(list(rows)).on_conflict_do_nothing())


async def find_versions(session: Session, company_id: UUID, plan_id: UUID) -> Sequence[TouchPlanVersion]:
    """The newest first."""
    query = (
        select(TouchPlanVersion)
        .where(TouchPlanVersion.company_id == company_id, TouchPlanVersion.plan_id == plan_id)
        .order_by(TouchPlanVersion.number.desc())
    )
    return (await session.scalars(query)).all()


async def get_version(
    session: Session, company_id: UUID, plan_id: UUID, number: int
) -> TouchPlanVersion | None:
    return await session.get(TouchPlanVersion, (company_id, plan_id, number))
