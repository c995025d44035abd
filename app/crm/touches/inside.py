"""A client in a plan, as policies know him."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.crm.plans.values import PlanContent, Trigger
from app.crm.touches import queries
from app.crm.touches.models import PlanEnrolment
from app.crm.touches.policies.judging import Inside, Known, Need
from app.crm.touches.queries import About, ToSend
from app.db.session import Session
from app.db.work import work_in


def content_of(stored: Any) -> PlanContent:
    return msgspec.convert(stored, PlanContent)


def inside_of(one: PlanEnrolment | ToSend, *, is_double: bool) -> Inside:
    enrolment_id = one.id if isinstance(one, PlanEnrolment) else one.enrolment_id
    need = None
    if one.category is not None and one.site_id is not None and one.due_on is not None:
        need = Need(one.category, one.site_id, one.due_on)
    return Inside(
        enrolment_id=enrolment_id,
        started_at=one.started_at,
        event_at=one.event_at,
        zone=ZoneInfo(one.timezone),
        is_control=one.is_control,
        status=one.client_status,
        need=need,
        is_double=is_double,
    )


def about(one: PlanEnrolment | ToSend, content: PlanContent) -> About:
    is_proposal = content.audience.trigger == Trigger.PROPOSAL
    return About(one.client_id, one.started_at, one.event_at, one.subject_id if is_proposal else None)


async def find_known_of(
    session: Session, company_id: UUID, asked: Sequence[About], *, now: datetime
) -> list[Known]:
    async with work_in(session, company_id) as work:
        return await queries.find_known(work, asked, now=now)
