"""What people do about plans of clients: look at results, end one by hand, keep the calendar of occasions."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from app.clients import api as clients
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.plans.policies import PlanStatus
from app.crm.plans.service import content_of, get_plan
from app.crm.plans.values import Trigger
from app.crm.touches import queries
from app.crm.touches.ending import end_plans
from app.crm.touches.models import Occasion, PlanEnrolment
from app.crm.touches.policies.judging import Ended
from app.crm.touches.policies.results import Group, uplift
from app.crm.touches.schemas import PlanGroupOut, PlanResultsOut, StepCountOut
from app.crm.touches.values import EnrolmentStatus
from app.db.session import Session
from app.identity import api as identity

MORNING = time(6)


class EnrolmentNotFound(NotFound):
    code = "enrolment_not_found"


class EnrolmentOver(DomainError):
    """The plan has ended for him before."""

    code = "enrolment_over"


class PlanTakesNobody(DomainError):
    """It is not released, or something else brings clients into it."""

    code = "plan_takes_nobody"


class OccasionPast(DomainError):
    """The day is over."""

    status = 422
    code = "occasion_past"


class OccasionNotFound(NotFound):
    code = "occasion_not_found"


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


async def take_in_those_there(session: Session, scope: Scope, plan_id: UUID, *, now: datetime) -> None:
    """Let those come into the plan who belong to it already, and not only whoever comes to it from now on.

    Raises:
        PlanNotFound: no such plan.
        PlanTakesNobody: see there.
        PlanNotPublished: it has no version.
    """
    plan = await get_plan(session, scope.company_id, plan_id)
    if plan.status != PlanStatus.ON:
        raise PlanTakesNobody(plan_id=plan_id)
    content = await content_of(session, scope.company_id, plan.id, plan.published_number or 0)
    if content.audience.trigger not in (Trigger.STATUS, Trigger.TRACK):
        raise PlanTakesNobody(plan_id=plan_id)
    await queries.begin_intake(session, scope.company_id, plan.id, now=now)


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


async def add_occasion(
    session: Session,
    scope: Scope,
    *,
    name: str,
    on_day: date,
    plan_id: UUID,
    statuses: list[str],
    now: datetime,
) -> Occasion:
    """Put a day into the calendar. On its morning clients come into the plan.

    Raises:
        PlanNotFound, PlanNotPublished: see there.
        PlanTakesNobody: it is not a plan for occasions, or not released.
        OccasionPast: see there.
    """
    plan = await get_plan(session, scope.company_id, plan_id)
    if plan.status != PlanStatus.ON or plan.published_number is None:
        raise PlanTakesNobody(plan_id=plan_id)
    content = await content_of(session, scope.company_id, plan.id, plan.published_number)
    if content.audience.trigger != Trigger.OCCASION:
        raise PlanTakesNobody(plan_id=plan_id)
    company = await identity.get_entered_company(session, scope.company_id)
    zone = ZoneInfo(company.timezone)
    if on_day < now.astimezone(zone).date():
        raise OccasionPast(on_day=on_day)
    occasion = Occasion(
        company_id=scope.company_id,
        id=uuid7(),
        name=name,
        on_day=on_day,
        plan_id=plan.id,
        statuses=statuses,
        created_by=scope.user_id,
        clients=0,
        look_at=max(now, datetime.combine(on_day, MORNING, zone)),
    )
    session.add(occasion)
    await session.flush()
    return occasion


async def cancel_occasion(session: Session, scope: Scope, occasion_id: UUID, *, now: datetime) -> Occasion:
    """Take a day out of the calendar. Whoever came into the plan by it stays there.

    Raises:
        OccasionNotFound: no such occasion in this company.
    """
    occasion = await queries.get_occasion(session, scope.company_id, occasion_id)
    if occasion is None:
        raise OccasionNotFound(occasion_id=occasion_id)
    occasion.look_at, occasion.canceled_at = None, occasion.canceled_at or now
    await session.flush()
    return occasion


async def check_client(session: Session, scope: Scope, client_id: UUID) -> UUID:
    """The surviving card of this client.

    Raises:
        ClientNotFound: no such client in this company.
    """
    return (await clients.get_client(session, scope.company_id, client_id)).id
