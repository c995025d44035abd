"""All SQL about what an SMS may answer, beside visits and invitations."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, exists, select

from app.clients.tables import of_client
from app.crm.disappointments.models import QualityAnswer
from app.crm.plans.models import TouchPlan, TouchPlanVersion
from app.crm.touches.models import PlanEnrolment, Touch
from app.db.session import Session
from app.dispatch.api import VisitStatus
from app.dispatch.tables import Visit
from app.orders.tables import Job

COMPLETED = [VisitStatus.COMPLETED, VisitStatus.PARTIALLY_COMPLETED]


class OfPlan(NamedTuple):
    """The message of a plan that a number got last."""

    client_id: UUID
    step: str
    content: dict[str, Any]
    """Of the version of the plan."""
    released_by: UUID | None
    """Who answers for the plan."""
    sent_at: datetime | None


async def lock_of_plan(session: Session, company_id: UUID, touch_id: UUID) -> OfPlan | None:
    """The message, locked, so that two answers to it come one after the other."""
    query = (
        select(Touch.client_id, Touch.step, TouchPlanVersion.content, TouchPlan.released_by, Touch.ended_at)
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
        .with_for_update(of=Touch)
    )
    row = (await session.execute(query)).first()
    return None if row is None else OfPlan(*row)


async def find_asked_visit(
    session: Session, company_id: UUID, client_id: UUID, *, asked_at: datetime
) -> UUID | None:
    """The visit that a question was about: the last to this client, by any of his cards, that was over by then."""
    query = (
        select(Visit.id)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .where(
            Visit.company_id == company_id,
            of_client(Job.client_id, client_id, company_id),
            Visit.status.in_(COMPLETED),
            Visit.finished_at <= asked_at,
        )
        .order_by(Visit.finished_at.desc(), Visit.id)
        .limit(1)
    )
    return await session.scalar(query)


async def is_answered(session: Session, company_id: UUID, visit_id: UUID, *, since: datetime) -> bool:
    """Whether the client has said something of the quality of a visit since then, to anybody."""
    query = select(
        exists().where(
            QualityAnswer.company_id == company_id,
            QualityAnswer.visit_id == visit_id,
            QualityAnswer.answered_at >= since,
        )
    )
    return bool(await session.scalar(query))
