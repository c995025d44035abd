"""What people do so that clients come into plans: let in those who belong there, keep the calendar of occasions."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.plan_intake import queries
from app.crm.plan_intake.models import Occasion
from app.crm.plans.policies import PlanStatus
from app.crm.plans.service import content_of, get_plan
from app.crm.plans.values import Trigger
from app.db.session import Session
from app.identity import api as identity

MORNING = time(6)


class PlanTakesNobody(DomainError):
    """It is not released, or something else brings clients into it."""

    code = "plan_takes_nobody"


class OccasionPast(DomainError):
    """The day is over."""

    status = 422
    code = "occasion_past"


class OccasionNotFound(NotFound):
    code = "occasion_not_found"


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
