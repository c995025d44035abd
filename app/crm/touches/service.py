"""What people do about plans of clients: end one by hand."""

from datetime import datetime
from uuid import UUID

from app.core.errors import DomainError, NotFound
from app.core.scope import Scope
from app.crm.touches import queries
from app.crm.touches.ending import end_plans
from app.crm.touches.models import PlanEnrolment
from app.crm.touches.policies.judging import Ended
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
