"""What follows when a touch has ended, and how a plan ends for a client."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.contracts.crm import TouchEnded
from app.core.ids import uuid7
from app.crm.plans.values import TouchStep
from app.crm.tasks.service import drop_tasks
from app.crm.touches import queries
from app.crm.touches.inside import about, content_of, find_known_of, inside_of
from app.crm.touches.models import PlanEnrolment, Touch
from app.crm.touches.policies.judging import Ended, Inside, Known, Reason, anchors_of, reached, why_stopped
from app.crm.touches.policies.schedule import due_time, next_steps, next_time
from app.crm.touches.queries import DueTouch
from app.crm.touches.values import MOVES, EnrolmentStatus, TouchStatus
from app.db.outbox import announce
from app.db.session import Session
from app.db.work import work_in
from app.notifications.api import stop_messages


async def plan_step(
    session: Session,
    enrolment: PlanEnrolment,
    step: TouchStep,
    *,
    due_at: datetime | None,
    attempt: int = 1,
    now: datetime,
) -> None:
    """Plan a touch. A step whose day is not known yet is looked at now."""
    channel = step.task.channel if step.task else step.message.channels[0].channel if step.message else ""
    await queries.insert_touch(
        session,
        company_id=enrolment.company_id,
        id=uuid7(),
        enrolment_id=enrolment.id,
        client_id=enrolment.client_id,
        step=step.code,
        attempt=attempt,
        channel=channel,
        due_at=due_at,
        look_at=due_at or now,
    )


async def end_touch(
    session: Session,
    due: DueTouch,
    known: Known,
    status: TouchStatus,
    *,
    reason: str | None = None,
    detail: str = "",
    end: str | None = None,
    now: datetime,
) -> None:
    """Write down how a touch ended, and plan what follows. `end` is the outcome of a task."""
    if not mark_ended(due.touch, status, reason=reason, detail=detail, now=now):
        return
    due.touch.outcome = end
    await session.flush()
    await _tell(session, due.touch)
    if due.enrolment.status == EnrolmentStatus.OPEN:
        await _go_on(session, due, known, end or status, now=now)


def mark_ended(touch: Touch, status: TouchStatus, *, reason: str | None, detail: str, now: datetime) -> bool:
    """Whether that says something new."""
    if status not in MOVES[TouchStatus(touch.status)]:
        return False
    touch.status, touch.reason, touch.detail = status, reason, detail
    touch.ended_at, touch.look_at = now, None
    return True


async def _tell(session: Session, touch: Touch) -> None:
    ended = TouchEnded(
        touch_id=touch.id, client_id=touch.client_id, status=touch.status, reason=touch.reason or ""
    )
    await announce(session, touch.company_id, ended)


async def _go_on(session: Session, due: DueTouch, known: Known, end: str, *, now: datetime) -> None:
    """Plan the same step once more, or those that follow it. Without either the plan is over for him."""
    content, enrolment, touch = content_of(due.content), due.enrolment, due.touch
    step, inside = content.step(touch.step), inside_of(enrolment, is_double=False)
    if step is None:
        return
    again = next_time(step, attempt=touch.attempt, due_at=touch.due_at or now, zone=inside.zone)
    if again is not None:
        await plan_step(session, enrolment, step, due_at=again, attempt=touch.attempt + 1, now=now)
    else:
        for following in next_steps(content, step.code, end):
            at = due_time(following.delay, anchors_of(inside, known), previous_at=now, now=now)
            await plan_step(session, enrolment, following, due_at=at, now=now)
    await end_if_over(session, enrolment, now=now)


def _end(enrolment: PlanEnrolment, reason: str, *, now: datetime) -> None:
    enrolment.status, enrolment.end_reason, enrolment.ended_at = EnrolmentStatus.ENDED, reason, now


async def end_plans(session: Session, company_id: UUID, reasons: Mapping[UUID, str], *, now: datetime) -> int:
    """End plans for clients, each for its reason: what waits is called off in this transaction.

    A message that is being sent at this moment cannot be stopped; what becomes of it is still written down.
    """
    if not reasons:
        return 0
    locked = await queries.lock_enrolments(session, company_id, reasons.keys())
    enrolments = {one.id: one for one, _, __ in locked if one.status == EnrolmentStatus.OPEN}
    waiting = await queries.find_waiting(session, company_id, enrolments.keys())
    for reason in sorted(set(reasons.values())):
        of_reason = [one for one in waiting if reasons[one.enrolment_id] == reason]
        await call_off(session, company_id, of_reason, reason=Reason.STOPPED, details=reason, now=now)
    for enrolment in enrolments.values():
        _end(enrolment, reasons[enrolment.id], now=now)
    await session.flush()
    return len(enrolments)


async def call_off(
    session: Session,
    company_id: UUID,
    waiting: Sequence[Touch],
    *,
    reason: Reason,
    details: str,
    now: datetime,
) -> None:
    """Skip touches that wait: stop their messages and drop their tasks. The caller has locked them."""
    gone = await _stop_messages(session, company_id, [one.message_id for one in waiting])
    tasks = [one.id for one in waiting if one.status == TouchStatus.OPEN]
    await drop_tasks(session, company_id, tasks, reason=reason, now=now)
    for touch in waiting:
        if touch.status == TouchStatus.QUEUED and touch.message_id not in gone:
            continue
        mark_ended(touch, TouchStatus.SKIPPED, reason=reason, detail=details, now=now)
        await _tell(session, touch)


async def end_if_over(session: Session, enrolment: PlanEnrolment, *, now: datetime) -> None:
    """A plan of which nothing waits any more is over for him."""
    await session.flush()
    if not await queries.find_waiting(session, enrolment.company_id, [enrolment.id]):
        _end(enrolment, Ended.FINISHED, now=now)


async def _stop_messages(session: Session, company_id: UUID, ids: list[UUID | None]) -> set[UUID]:
    """Those that are called off."""
    stopped = {one: str(Reason.STOPPED) for one in ids if one is not None}
    if not stopped:
        return set()
    async with work_in(session, company_id) as work:
        return await stop_messages(work, stopped)


async def settle_client(session: Session, company_id: UUID, client_id: UUID, *, now: datetime) -> None:
    """Something has happened to a client: end the plans that it ends, and note goals that are reached."""
    ids = await queries.find_unsettled(session, company_id, client_id)
    locked = await queries.lock_enrolments(session, company_id, ids)
    doubles = await queries.find_doubles(session, company_id, ids)
    contents = [content_of(content) for _, __, content in locked]
    asked = [about(one, content) for (one, _, __), content in zip(locked, contents, strict=True)]
    known = await find_known_of(session, company_id, asked, now=now)
    stops: dict[UUID, str] = {}
    for (enrolment, _, __), content, stand in zip(locked, contents, known, strict=True):
        inside = inside_of(enrolment, is_double=enrolment.id in doubles)
        if content.goal and _is_reached(content.goal.event, content.goal.within_days, inside, stand, now):
            enrolment.goal_at = enrolment.goal_at or now
        is_open = enrolment.status == EnrolmentStatus.OPEN
        if is_open and (stop := why_stopped(content, inside, stand)) is not None:
            stops[enrolment.id] = stop
    await session.flush()
    await end_plans(session, company_id, stops, now=now)


def _is_reached(event: str, within_days: int, inside: Inside, known: Known, now: datetime) -> bool:
    return now <= inside.started_at + timedelta(days=within_days) and reached(event, inside, known)
