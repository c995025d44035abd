"""Takes clients who are in a plan over to its newest version. Otherwise they stay with theirs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.core.scope import Scope
from app.crm.plans.policies import PlanInvalid
from app.crm.plans.service import PlanNotPublished, content_of, get_plan
from app.crm.plans.values import PlanContent
from app.crm.touches import queries
from app.crm.touches.ending import call_off, end_if_over
from app.crm.touches.models import Touch
from app.crm.touches.policies.judging import Reason
from app.db.session import Session

AT_ONCE = 500
"""Clients of one call."""
STEP_GONE = "step_gone"


class Moved(NamedTuple):
    clients: int
    left: int
    """So many are still in an older version. The call can be repeated."""


async def move_to_newest(
    session: Session, scope: Scope, plan_id: UUID, *, steps: Mapping[str, str], now: datetime
) -> Moved:
    """Take clients over. `steps` says which step of the newest version stands for one of theirs; without an entry it
    is the one with the same code. What waits and has no such step is called off.

    Raises:
        PlanNotFound: no such plan.
        PlanNotPublished: it has no version.
        PlanInvalid: `steps` names a step that the newest version does not have.
    """
    plan = await get_plan(session, scope.company_id, plan_id)
    if plan.published_number is None:
        raise PlanNotPublished
    content = await content_of(session, scope.company_id, plan.id, plan.published_number)
    _check(content, steps)
    older = await queries.find_older(session, scope.company_id, plan.id, plan.published_number)
    ids = older[:AT_ONCE]
    locked = await queries.lock_enrolments(session, scope.company_id, ids)
    waiting = await queries.find_waiting(session, scope.company_id, ids)
    gone = _rename(content, steps, waiting)
    for enrolment, _, __ in locked:
        enrolment.version_number = plan.published_number
    await call_off(session, scope.company_id, gone, reason=Reason.STOPPED, details=STEP_GONE, now=now)
    for enrolment, _, __ in locked:
        await end_if_over(session, enrolment, now=now)
    await session.flush()
    return Moved(len(ids), len(older) - len(ids))


def _check(content: PlanContent, steps: Mapping[str, str]) -> None:
    faults = [
        {"path": f"steps.{was}", "code": "plan_step_unknown", "params": {"step": becomes}}
        for was, becomes in steps.items()
        if content.step(becomes) is None
    ]
    if faults:
        raise PlanInvalid(errors=faults)


def _rename(content: PlanContent, steps: Mapping[str, str], waiting: Sequence[Touch]) -> list[Touch]:
    """Give touches that wait the codes of the newest version. Returns those that have no step there."""
    gone = []
    for touch in waiting:
        becomes = steps.get(touch.step, touch.step)
        if content.step(becomes) is None:
            gone.append(touch)
        else:
            touch.step = becomes
    return gone
