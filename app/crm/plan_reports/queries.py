"""All SQL about what plans did: for one client, and for all of them."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from app.clients.tables import of_client
from app.crm.plans.models import TouchPlan
from app.crm.touches.models import PlanEnrolment, Touch
from app.crm.touches.queries import IN_PLAN, OF_PLAN
from app.db.session import Session


def select_touches(company_id: UUID, client_id: UUID) -> Select[Any]:
    """The touches of a client."""
    return select(Touch).where(
        Touch.company_id == company_id, of_client(Touch.client_id, client_id, company_id)
    )


async def find_ways(
    session: Session, company_id: UUID, enrolment_ids: Collection[UUID]
) -> dict[UUID, tuple[UUID, str]]:
    """By which plans clients get what: id and name of the plan."""
    query = (
        select(PlanEnrolment.id, TouchPlan.id, TouchPlan.name)
        .join(TouchPlan, OF_PLAN)
        .where(PlanEnrolment.company_id == company_id, PlanEnrolment.id.in_(enrolment_ids))
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(query)}


async def find_enrolments(
    session: Session, company_id: UUID, client_id: UUID
) -> Sequence[tuple[PlanEnrolment, TouchPlan]]:
    """The newest first."""
    query = (
        select(PlanEnrolment, TouchPlan)
        .join(TouchPlan, OF_PLAN)
        .where(
            PlanEnrolment.company_id == company_id,
            of_client(PlanEnrolment.client_id, client_id, company_id),
        )
        .order_by(PlanEnrolment.id.desc())
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def count_by_group(
    session: Session, company_id: UUID, plan_id: UUID
) -> Sequence[tuple[bool, int, int]]:
    """Control or not, how many came in, and of how many the goal was reached."""
    query = (
        select(PlanEnrolment.is_control, func.count(), func.count(PlanEnrolment.goal_at))
        .where(PlanEnrolment.company_id == company_id, PlanEnrolment.plan_id == plan_id)
        .group_by(PlanEnrolment.is_control)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def count_touches(
    session: Session, company_id: UUID, plan_id: UUID
) -> Sequence[tuple[str, str, str | None, int]]:
    """Step, status, reason, and how many."""
    query = (
        select(Touch.step, Touch.status, Touch.reason, func.count())
        .join(PlanEnrolment, IN_PLAN)
        .where(Touch.company_id == company_id, PlanEnrolment.plan_id == plan_id)
        .group_by(Touch.step, Touch.status, Touch.reason)
        .order_by(Touch.step, Touch.status, Touch.reason)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await session.execute(query)]
