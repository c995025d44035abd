"""What people do about plans of clients: look at results, and end one by hand."""

from datetime import datetime
from uuid import UUID

from app.clients import api as clients
from app.core.errors import DomainError, NotFound
from app.core.scope import Scope
from app.crm.plans.service import get_plan
from app.crm.touches import queries
from app.crm.touches.ending import end_plans
from app.crm.touches.models import PlanEnrolment
from app.crm.touches.policies.judging import Ended
from app.crm.touches.policies.results import Group, uplift
from app.crm.touches.schemas import PlanGroupOut, PlanResultsOut, StepCountOut
from app.crm.touches.values import EnrolmentStatus
from app.db.session import Session


class EnrolmentNotFound(NotFound):
    code = "enrolment_not_found"


class EnrolmentOver(DomainError):
    """The plan has ended for him before."""

    code = "enrolment_over"


async def end_by_hand(session: Session, scope: Scope, enrolment_id: UUID, *, now: datetime) -> PlanEnrolment:
    """Somebody says that a plan is over for a client. What waits is called off.

    Raises:
        EnrolmentNotFound: nobody is in a plan by this id.
        EnrolmentOver: see there.
    """
    enrolment = await queries.get_enrolment(session, scope.company_id, enrolment_id)
    if enrolment is None:
        raise EnrolmentNotFound(enrolment_id=enrolment_id)
    if enrolment.status != EnrolmentStatus.OPEN:
        raise EnrolmentOver(enrolment_id=enrolment_id)
    await end_plans(session, scope.company_id, {enrolment.id: Ended.BY_HAND}, now=now)
    return enrolment


async def find_results(session: Session, scope: Scope, plan_id: UUID) -> PlanResultsOut:
    """What a plan has brought.

    Raises:
        PlanNotFound: no such plan.
    """
    plan = await get_plan(session, scope.company_id, plan_id)
    groups = {
        is_control: Group(count, reached)
        for is_control, count, reached in await queries.count_by_group(session, plan.company_id, plan.id)
    }
    treated, control = groups.get(False, Group()), groups.get(True, Group())
    found = uplift(treated, control)
    counts = await queries.count_touches(session, plan.company_id, plan.id)
    return PlanResultsOut(
        treated=PlanGroupOut(clients=treated.clients, reached=treated.reached, share=treated.share),
        control=PlanGroupOut(clients=control.clients, reached=control.reached, share=control.share),
        uplift=found.difference if found else None,
        uplift_error=found.error if found else None,
        steps=[
            StepCountOut(step=step, status=status, reason=reason, touches=count)
            for step, status, reason, count in counts
        ],
    )


async def check_client(session: Session, scope: Scope, client_id: UUID) -> UUID:
    """The surviving card of this client.

    Raises:
        ClientNotFound: no such client in this company.
    """
    return (await clients.get_client(session, scope.company_id, client_id)).id
