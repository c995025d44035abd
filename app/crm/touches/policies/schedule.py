"""When the steps of a plan are due, and who gets nothing of it: values in, values out."""

import hashlib
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.crm.plans.values import Anchor, Delay, PlanContent, Span, TouchStep, Unit

MORNING = time(10)
"""When a step is due that is counted from a day and names no time."""
OF_ALL = 10_000
LENGTHS = {Unit.MINUTE: timedelta(minutes=1), Unit.HOUR: timedelta(hours=1)}


class Anchors(NamedTuple):
    """From what the steps of one client are counted."""

    event_at: datetime
    """What brought him into the plan."""
    zone: ZoneInfo
    """His clocks."""
    due_on: date | None = None
    born_on: date | None = None
    ready_on: date | None = None


def due_time(
    delay: Delay, anchors: Anchors, *, previous_at: datetime | None = None, now: datetime
) -> datetime | None:
    """When a step is due that is planned now. None: the day from which it is counted is not known yet."""
    match delay.anchor:
        case Anchor.EVENT:
            return _after(anchors.event_at, delay, anchors.zone)
        case Anchor.PREVIOUS:
            return _after(previous_at or now, delay, anchors.zone)
        case Anchor.DUE:
            return _beside(anchors.due_on, delay, anchors.zone) if anchors.due_on else None
        case Anchor.READY:
            return _beside(anchors.ready_on, delay, anchors.zone) if anchors.ready_on else None
        case Anchor.BIRTHDAY:
            return _next_birthday(anchors, delay, now=now) if anchors.born_on else None


def _after(base: datetime, delay: Delay, zone: ZoneInfo) -> datetime:
    """The time of day, if one is named, is the first one that is not before the delay is over."""
    due = shift(base, Span(amount=delay.amount, unit=delay.unit), zone).astimezone(zone)
    if (at := delay.time) is not None:
        named = datetime.combine(due.date(), at, zone)
        is_short = delay.unit in LENGTHS or delay.amount == 0
        due = _next_day(named) if is_short and named < due else named
    return _on_weekday(due, delay).astimezone(UTC)


def _beside(day: date, delay: Delay, zone: ZoneInfo) -> datetime:
    """So long before or after a day."""
    morning = datetime.combine(day, delay.time or MORNING, zone)
    span = Span(amount=delay.amount, unit=delay.unit)
    due = shift(morning, span, zone, sign=-1 if delay.is_before else 1).astimezone(zone)
    return _on_weekday(due, delay).astimezone(UTC)


def _next_birthday(anchors: Anchors, delay: Delay, *, now: datetime) -> datetime:
    """The next one for which it is not too late. 29 February is 28 February in a common year.

    A step long before a birthday in January is due in the year before, so the one after next can be meant.
    """
    born_on = anchors.born_on or date.min
    today = now.astimezone(anchors.zone).date()
    years = range(today.year - 1, today.year + 3)
    found = [_beside(_in_year(born_on, year), delay, anchors.zone) for year in years]
    return next((one for one in found if one.astimezone(anchors.zone).date() >= today), found[-1])


def _in_year(day: date, year: int) -> date:
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def _next_day(moment: datetime) -> datetime:
    return datetime.combine(moment.date() + timedelta(days=1), moment.timetz())


def _on_weekday(moment: datetime, delay: Delay) -> datetime:
    while delay.weekdays and moment.isoweekday() not in delay.weekdays:
        moment = _next_day(moment)
    return moment


def shift(moment: datetime, span: Span, zone: ZoneInfo, *, sign: int = 1) -> datetime:
    """So much later. Days, weeks and months keep the time of day by the clocks of the zone."""
    if span.unit in LENGTHS:
        return moment + sign * span.amount * LENGTHS[span.unit]
    local = moment.astimezone(zone)
    day = local.date()
    if span.unit == Unit.MONTH:
        months = day.year * 12 + day.month - 1 + sign * span.amount
        day = _in_month(day, months // 12, months % 12 + 1)
    else:
        day += sign * span.amount * timedelta(days=7 if span.unit == Unit.WEEK else 1)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def _in_month(day: date, year: int, month: int) -> date:
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def dies_at(step: TouchStep, due_at: datetime, zone: ZoneInfo) -> datetime:
    """After this moment it would come too late."""
    return shift(due_at, step.lives, zone)


def first_steps(content: PlanContent) -> list[TouchStep]:
    return [step for step in content.steps if step.after is None]


def next_steps(content: PlanContent, code: str, end: str) -> Iterator[TouchStep]:
    """The steps that follow an end of this one: sent, skipped, failed, or the outcome of a task."""
    yield from (step for step in content.steps if step.after == code and (not step.on or end in step.on))


def next_time(step: TouchStep, *, attempt: int, due_at: datetime, zone: ZoneInfo) -> datetime | None:
    """When a step that repeats is due again after this time. None: that was the last."""
    if step.repeat is None or attempt >= (step.repeat.times or 1):
        return None
    return shift(due_at, step.repeat.every, zone)


def is_held_out(plan_code: str, client_id: UUID, holdout_bp: int) -> bool:
    """Whether a client is of those who get nothing of the plan. The same client always gets the same answer."""
    digest = hashlib.sha256(f"{plan_code}:{client_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % OF_ALL < holdout_bp
