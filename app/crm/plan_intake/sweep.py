"""Goes through the base for plans into which no event brings clients: what comes due, and days of the calendar."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.crm.plan_intake import queries
from app.crm.plan_intake.models import PlanIntake
from app.crm.plans.policies import PlanStatus
from app.crm.plans.service import content_of as content_of_version
from app.crm.plans.service import get_plan
from app.crm.plans.values import PlanContent, Trigger
from app.crm.touches.entering import Arrival, enter_plans
from app.crm.touches.inside import find_known_of
from app.crm.touches.policies.entering import is_too_late
from app.crm.touches.queries import About
from app.db.session import Session
from app.db.sweeps import QueueJob
from app.identity import api as identity

CLIENTS_AT_ONCE = 100
"""Of one transaction."""
LOOK_BACK = timedelta(days=400)
"""What was due longer ago brings nobody into a plan."""
EVERY_DAY_AT = time(5)


async def go_through_base(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `plan_intake`: the next clients for one plan. For what comes due it begins anew every day."""
    intake = await queries.take_intake(session, company_id, now=now)
    if intake is None:
        return 0
    plan = await get_plan(session, company_id, intake.plan_id)
    if plan.status != PlanStatus.ON or plan.published_number is None:
        intake.look_at = None
        return 1
    content = await content_of_version(session, company_id, plan.id, plan.published_number)
    zone = ZoneInfo((await identity.get_entered_company(session, company_id)).timezone)
    found, arrivals = await _find_arrivals(session, intake, content, zone, now=now)
    await enter_plans(session, company_id, arrivals, now=now)
    is_done = len(found) < CLIENTS_AT_ONCE
    intake.after = None if is_done else found[-1]
    intake.look_at = _next_look(content, zone, now=now) if is_done else now
    return 1


async def _find_arrivals(
    session: Session, intake: PlanIntake, content: PlanContent, zone: ZoneInfo, *, now: datetime
) -> tuple[Sequence[UUID], list[Arrival]]:
    if content.audience.trigger == Trigger.TRACK:
        return await _find_needy(session, intake, content, zone, now=now)
    found = await queries.find_of_statuses(
        session, intake.company_id, content.audience.statuses, after=intake.after, limit=CLIENTS_AT_ONCE
    )
    arrivals = [
        Arrival(
            content.audience.trigger,
            client_id,
            f"{status}:{since.isoformat()}",
            now,
            status=status,
            only_plan=intake.plan_id,
        )
        for client_id, status, since in found
    ]
    return [client_id for client_id, _, __ in found], arrivals


async def _find_needy(
    session: Session, intake: PlanIntake, content: PlanContent, zone: ZoneInfo, *, now: datetime
) -> tuple[Sequence[UUID], list[Arrival]]:
    """Each need that comes due, the earliest first, unless every step would come too late."""
    today = now.astimezone(zone).date()
    until = today + timedelta(days=content.audience.days_before)
    found = await queries.find_needy(
        session,
        intake.company_id,
        content.audience.categories,
        since=today - LOOK_BACK,
        until=until,
        after=intake.after,
        limit=CLIENTS_AT_ONCE,
    )
    known = await find_known_of(session, intake.company_id, [About(one, now, now) for one in found], now=now)
    arrivals = [
        Arrival(
            Trigger.TRACK,
            client_id,
            f"{need.category}:{need.site_id}:{need.due_on}",
            now,
            need=need,
            only_plan=intake.plan_id,
        )
        for client_id, stand in zip(found, known, strict=True)
        for need in stand.needs
        if need.due_on <= until and not is_too_late(content, need, zone, now=now)
    ]
    return found, arrivals


def _next_look(content: PlanContent, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    if content.audience.trigger != Trigger.TRACK:
        return None
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, EVERY_DAY_AT, zone)


async def invite_on_occasion(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `occasion`: the next clients on a day of the calendar."""
    occasion = await queries.take_occasion(session, company_id, now=now)
    if occasion is None:
        return 0
    plan = await get_plan(session, company_id, occasion.plan_id)
    if plan.status != PlanStatus.ON:
        occasion.look_at = None
        return 1
    found = await queries.find_of_statuses(
        session, company_id, occasion.statuses, after=occasion.after, limit=CLIENTS_AT_ONCE
    )
    arrivals = [
        Arrival(
            Trigger.OCCASION,
            client_id,
            str(occasion.id),
            now,
            subject_id=occasion.id,
            statuses=occasion.statuses,
            only_plan=occasion.plan_id,
        )
        for client_id, _status, _since in found
    ]
    occasion.clients += await enter_plans(session, company_id, arrivals, now=now)
    is_done = len(found) < CLIENTS_AT_ONCE
    occasion.after = None if is_done else found[-1][0]
    occasion.look_at = None if is_done else now
    return 1
