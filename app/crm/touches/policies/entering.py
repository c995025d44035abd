"""Whether a client may come into a plan again: values in, values out."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.crm.plans.values import PlanContent, Trigger
from app.crm.touches.policies.judging import Need
from app.crm.touches.policies.schedule import Anchors, dies_at, due_time, first_steps

TOGETHER_DAYS = 14
"""Needs that come due so close to each other are one reason to write."""
ONE_AT_A_TIME = (Trigger.STATUS, Trigger.OCCASION)


class Earlier(NamedTuple):
    """When he came into the plan before."""

    started_at: datetime
    is_open: bool
    due_on: date | None
    is_finished: bool = False
    """He got all of it."""


def may_enter(content: PlanContent, earlier: Sequence[Earlier], *, need: Need | None, now: datetime) -> bool:
    """Whether he may come in, as often as he was in the plan before."""
    again = content.re_entry
    if again.key == "client" and earlier:
        return False
    if any(one.started_at > now - timedelta(days=again.cooldown_days) for one in earlier):
        return False
    if content.audience.trigger in ONE_AT_A_TIME and any(one.is_open for one in earlier):
        return False
    return not any((one.is_open or one.is_finished) and _is_close(one.due_on, need) for one in earlier)


def _is_close(due_on: date | None, need: Need | None) -> bool:
    if due_on is None or need is None:
        return False
    return abs((due_on - need.due_on).days) <= TOGETHER_DAYS


def is_too_late(content: PlanContent, need: Need, zone: ZoneInfo, *, now: datetime) -> bool:
    """Whether every first step would come too late for this need, so that he need not come in."""
    anchors = Anchors(now, zone, due_on=need.due_on)
    for step in first_steps(content):
        due_at = due_time(step.delay, anchors, now=now)
        if due_at is None or now < dies_at(step, due_at, zone):
            return False
    return True
