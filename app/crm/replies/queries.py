"""All SQL about what an SMS may answer, beside visits and invitations."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, select

from app.clients.tables import of_client
from app.crm.plans.models import TouchPlan, TouchPlanVersion
from app.crm.touches.models import PlanEnrolment, Touch
from app.db.session import Session
from app.dispatch.api import VisitStatus
from app.dispatch.tables import Visit
from app.orders.tables import Job

WORKED_AT = [
    VisitStatus.IN_PROGRESS,
    VisitStatus.PAUSED,
    VisitStatus.COMPLETED,
    VisitStatus.PARTIALLY_COMPLETED,
]


class OfPlan(NamedTuple):
    """The message of a plan that a number got last."""

    client_id: UUID
    step: str
    content: dict[str, Any]
    """Of the version of the plan."""
    released_by: UUID | None
    """Who answers for the plan."""


async def get_of_plan(session: Session, company_id: UUID, touch_id: UUID) -> OfPlan | None:
    query = (
        select(Touch.client_id, Touch.step, TouchPlanVersion.content, TouchPlan.released_by)
        .join(
            PlanEnrolment,
            and_(PlanEnrolment.company_id == Touch.company_id, PlanEnrolment.id == Touch.enrolment_id),
        )
        .join(
            TouchPlan,
            and_(TouchPlan.company_id == PlanEnrolment.company_id, TouchPlan.id == PlanEnrolment.plan_id),
        )
        .join(
            TouchPlanVersion,
            and_(
                TouchPlanVersion.company_id == PlanEnrolment.company_id,
                TouchPlanVersion.plan_id == PlanEnrolment.plan_id,
                TouchPlanVersion.number == PlanEnrolment.version_number,
            ),
        )
        .where(Touch.company_id == company_id, Touch.id == touch_id)
    )
    row = (await session.execute(query)).first()
    return None if row is None else OfPlan(*row)


async def find_last_work(session: Session, company_id: UUID, client_id: UUID) -> UUID | None:
    """The last visit to this client, by any of his cards, at which somebody has worked."""
    query = (
        select(Visit.id)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .where(
            Visit.company_id == company_id,
            of_client(Job.client_id, client_id, company_id),
            Visit.status.in_(WORKED_AT),
        )
        .order_by(Visit.ends_at.desc(), Visit.id)
        .limit(1)
    )
    return await session.scalar(query)
