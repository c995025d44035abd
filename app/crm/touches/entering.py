"""Who comes into a plan, and what is planned for him then."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.clients import api as clients
from app.core.ids import uuid7
from app.crm.first_statuses.queries import find_held
from app.crm.plans.values import PlanContent, Trigger
from app.crm.touches import queries
from app.crm.touches.ending import plan_step
from app.crm.touches.inside import content_of, find_known_of, inside_of
from app.crm.touches.models import PlanEnrolment
from app.crm.touches.policies.entering import Earlier, may_enter
from app.crm.touches.policies.judging import Ended, Known, Need, anchors_of, is_for
from app.crm.touches.policies.schedule import due_time, first_steps, is_held_out
from app.crm.touches.queries import About, PlanOn
from app.crm.touches.values import EnrolmentStatus
from app.db.session import Session
from app.identity import api as identity

BY_WHAT_WAS = (Trigger.STATUS, Trigger.TRACK, Trigger.OCCASION)
"""Nothing has happened: the client is known, or time has passed."""


class Arrival(NamedTuple):
    """Something that may bring a client into plans."""

    trigger: Trigger
    client_id: UUID
    key: str
    """Nobody comes into a plan twice by the same."""
    event_at: datetime
    subject_id: UUID | None = None
    status: str | None = None
    """With the trigger `status`: to which he came."""
    need: Need | None = None
    """With the trigger `track`."""
    statuses: Collection[str] = ()
    """With the trigger `occasion`: only these."""
    only_plan: UUID | None = None


async def enter_plans(
    session: Session, company_id: UUID, arrivals: Sequence[Arrival], *, now: datetime
) -> int:
    """Bring clients into the plans that are for them. Returns how often somebody came in.

    A client of a base from before the product that nobody has released comes into none because of what was before.
    """
    if not arrivals:
        return 0
    plans = {
        trigger: await queries.find_plans_on(session, company_id, trigger)
        for trigger in {one.trigger for one in arrivals}
    }
    if not any(plans.values()):
        return 0
    asked = [About(one.client_id, now, one.event_at, _proposal(one)) for one in arrivals]
    known = await find_known_of(session, company_id, asked, now=now)
    zones = await _find_zones(session, company_id, arrivals)
    held = await find_held(session, company_id, [one.client_id for one in known])
    came = 0
    for arrival, stand, zone in zip(arrivals, known, zones, strict=True):
        if stand.client_id in held and arrival.trigger in BY_WHAT_WAS:
            continue
        for plan in plans[arrival.trigger]:
            if arrival.only_plan in (None, plan.id):
                came += await _enter(session, company_id, plan, arrival, stand, zone, now=now)
    return came


def _proposal(arrival: Arrival) -> UUID | None:
    return arrival.subject_id if arrival.trigger == Trigger.PROPOSAL else None


async def _find_zones(session: Session, company_id: UUID, arrivals: Sequence[Arrival]) -> list[ZoneInfo]:
    """Where the site of the need is; otherwise the company’s."""
    company = await identity.get_entered_company(session, company_id)
    ids = {one.need.site_id for one in arrivals if one.need}
    sites = await clients.find_sites(session, company_id, sorted(ids)) if ids else []
    by_site = {one.id: one.timezone for one in sites}
    return [
        ZoneInfo((by_site.get(one.need.site_id) if one.need else None) or company.timezone)
        for one in arrivals
    ]


async def _enter(
    session: Session,
    company_id: UUID,
    plan: PlanOn,
    arrival: Arrival,
    known: Known,
    zone: ZoneInfo,
    *,
    now: datetime,
) -> int:
    content = content_of(plan.content)
    if not _is_meant(content, arrival, known) or not is_for(content, known, now=now, zone=zone):
        return 0
    earlier = await queries.find_earlier(session, company_id, plan.id, known.client_id)
    if not may_enter(content, [earlier_of(one) for one in earlier], need=arrival.need, now=now):
        return 0
    enrolment = await queries.insert_enrolment(
        session,
        company_id=company_id,
        id=uuid7(),
        plan_id=plan.id,
        version_number=plan.number,
        client_id=known.client_id,
        trigger_key=arrival.key,
        subject_id=arrival.subject_id,
        is_control=is_held_out(plan.code, known.client_id, content.holdout_bp),
        client_status=known.status,
        site_id=arrival.need.site_id if arrival.need else None,
        category=arrival.need.category if arrival.need else None,
        due_on=arrival.need.due_on if arrival.need else None,
        timezone=zone.key,
        event_at=arrival.event_at,
        started_at=now,
    )
    if enrolment is None:
        return 0
    await _plan_first_steps(session, enrolment, content, known, now=now)
    return 1


def _is_meant(content: PlanContent, arrival: Arrival, known: Known) -> bool:
    audience = content.audience
    if arrival.trigger == Trigger.STATUS and arrival.status not in audience.statuses:
        return False
    if arrival.statuses and known.status not in arrival.statuses:
        return False
    if arrival.need is None:
        return arrival.trigger != Trigger.TRACK
    return not audience.categories or arrival.need.category in audience.categories


async def _plan_first_steps(
    session: Session, enrolment: PlanEnrolment, content: PlanContent, known: Known, *, now: datetime
) -> None:
    anchors = anchors_of(inside_of(enrolment, is_double=False), known)
    for step in first_steps(content):
        due_at = due_time(step.delay, anchors, now=now)
        await plan_step(session, enrolment, step, due_at=due_at, now=now)


def earlier_of(enrolment: PlanEnrolment) -> Earlier:
    return Earlier(
        enrolment.started_at,
        enrolment.status == EnrolmentStatus.OPEN,
        enrolment.due_on,
        enrolment.end_reason == Ended.FINISHED,
    )
