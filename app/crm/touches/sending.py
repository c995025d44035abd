"""Asks at the moment of sending whether a message of a plan is still true."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.crm.plans.policies import PlanStatus
from app.crm.plans.values import PlanContent
from app.crm.touches import queries
from app.crm.touches.inside import about, content_of, inside_of
from app.crm.touches.policies.judging import Decision, Ended, Known, Reason, judge
from app.crm.touches.queries import ToSend
from app.crm.touches.values import EnrolmentStatus, TouchStatus
from app.db.work import Work
from app.notifications.api import LegalClass, Ruling, Subject

OF_PLANS = ("touch", "invitation")
"""What messages of plans speak of. Invitations are also sent by people."""
MOVED = "moved"
"""The day from which it is counted has moved, so it is planned anew."""


class PlansStillWant:
    """How things stand with the clients decides, read in the transaction that claims the messages."""

    async def rule(self, work: Work, subjects: Sequence[Subject], *, now: datetime) -> Mapping[UUID, Ruling]:
        """By message: why it does not go, or not yet. What is no message of a plan goes."""
        mine = {one.message_id: one for one in subjects if one.subject_kind in OF_PLANS}
        if not mine:
            return {}
        found = await queries.find_for_sending(work, sorted(mine))
        contents = [content_of(one.content) for one in found]
        asked = [about(one, content) for one, content in zip(found, contents, strict=True)]
        known = await queries.find_known(work, asked, now=now)
        return {
            one.message_id: ruling
            for one, content, stand in zip(found, contents, known, strict=True)
            if (ruling := _rule(one, content, stand, mine[one.message_id].legal_class, now=now)) is not None
        }


def _rule(
    one: ToSend, content: PlanContent, known: Known, legal_class: LegalClass, *, now: datetime
) -> Ruling | None:
    if one.enrolment_status != EnrolmentStatus.OPEN or one.touch_status != TouchStatus.QUEUED:
        return Ruling(f"{Reason.STOPPED}:{Ended.FINISHED}")
    step = content.step(one.step)
    if step is None:
        raise LookupError("a version of a plan lost a step")
    decision = judge(
        step,
        content,
        inside_of(one, is_double=one.is_double),
        known,
        due_at=one.due_at,
        attempt=one.attempt,
        legal_class=legal_class,
        plan_status=PlanStatus(one.plan_status),
        now=now,
    )
    return _ruling(decision)


def _ruling(decision: Decision) -> Ruling | None:
    if decision.stop is not None:
        return Ruling(f"{Reason.STOPPED}:{decision.stop}")
    if decision.skip is not None:
        return Ruling(f"{decision.skip}:{decision.detail}" if decision.detail else decision.skip)
    if decision.due_at is not None:
        return Ruling(MOVED)
    return Ruling(decision.detail, decision.until) if decision.until is not None else None
