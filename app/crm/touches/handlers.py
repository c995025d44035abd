"""What happens to clients in plans when something is heard: they come in, plans end, touches end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.contracts.clients import ClientsMerged, ConsentChanged, ContactsChanged
from app.contracts.crm import (
    CaseOpened,
    ClientStatusChanged,
    DisappointmentNoted,
    InteractionRecorded,
    ProposalAnswered,
    ProposalMade,
    QualityAnswered,
    TaskClosed,
)
from app.contracts.dispatch import ReadyDateMoved, RequestMatched, VisitPlanned
from app.contracts.documents import ActSigned
from app.contracts.notifications import MessageStateChanged, SmsReceived
from app.crm.plans.values import Stop, Trigger
from app.crm.touches import queries
from app.crm.touches.carrying import Carrier
from app.crm.touches.ending import end_plans, end_touch, settle_client
from app.crm.touches.entering import Arrival, enter_plans
from app.crm.touches.inside import about, content_of, find_known_of
from app.crm.touches.models import TOUCH_SWEEP
from app.crm.touches.policies.judging import Known, Reason
from app.crm.touches.queries import DueTouch
from app.crm.touches.sending import MOVED, OF_PLANS
from app.crm.touches.values import TouchStatus
from app.db.session import Session
from app.db.wake import wake
from app.db.work import Work

ENDS = {
    "sent": TouchStatus.SENT,
    "delivered": TouchStatus.SENT,
    "failed": TouchStatus.FAILED,
    "unknown": TouchStatus.FAILED,
    "expired": TouchStatus.SKIPPED,
    "suppressed": TouchStatus.SKIPPED,
}


async def if_plans_are_at_work(work: Work, events: Sequence[Any]) -> Sequence[Any]:
    """All of them, if the company has a plan that was ever released."""
    return events if await queries.any_plan_at_work(work) else []


async def of_touches(_: Work, events: Sequence[MessageStateChanged]) -> Sequence[MessageStateChanged]:
    return [one for one in events if one.subject_kind in OF_PLANS and one.status in ENDS]


async def on_request_matched(
    session: Session, company_id: UUID, event: RequestMatched, now: datetime
) -> None:
    key = str(event.request_id)
    came = Arrival(Trigger.REQUEST, event.client_id, key, now, subject_id=event.request_id)
    await enter_plans(session, company_id, [came], now=now)


async def on_proposal_made(session: Session, company_id: UUID, event: ProposalMade, now: datetime) -> None:
    key = str(event.proposal_id)
    came = Arrival(Trigger.PROPOSAL, event.client_id, key, now, subject_id=event.proposal_id)
    await enter_plans(session, company_id, [came], now=now)


async def on_act_signed(session: Session, company_id: UUID, event: ActSigned, now: datetime) -> None:
    client_id = await queries.find_client_of_act(session, company_id, event.act_id)
    if client_id is None:
        return
    await settle_client(session, company_id, client_id, now=now)
    came = Arrival(Trigger.ACT, client_id, str(event.job_id), now, subject_id=event.job_id)
    await enter_plans(session, company_id, [came], now=now)


async def on_quality_answered(
    session: Session, company_id: UUID, event: QualityAnswered, now: datetime
) -> None:
    key = str(event.answer_id)
    came = Arrival(Trigger.QUALITY_ANSWER, event.client_id, key, now, subject_id=event.answer_id)
    await enter_plans(session, company_id, [came], now=now)


async def on_disappointment_noted(
    session: Session, company_id: UUID, event: DisappointmentNoted, now: datetime
) -> None:
    await settle_client(session, company_id, event.client_id, now=now)
    key = str(event.disappointment_id)
    came = Arrival(Trigger.DISAPPOINTMENT, event.client_id, key, now, subject_id=event.disappointment_id)
    await enter_plans(session, company_id, [came], now=now)


async def on_status_changed(
    session: Session, company_id: UUID, event: ClientStatusChanged, now: datetime
) -> None:
    await settle_client(session, company_id, event.client_id, now=now)
    key = f"{event.status}:{event.at.isoformat()}"
    came = Arrival(Trigger.STATUS, event.client_id, key, now, status=event.status)
    await enter_plans(session, company_id, [came], now=now)


async def on_client_heard(
    session: Session,
    company_id: UUID,
    event: InteractionRecorded | ProposalAnswered | CaseOpened | ContactsChanged,
    now: datetime,
) -> None:
    await settle_client(session, company_id, event.client_id, now=now)


async def on_visit_planned(session: Session, company_id: UUID, event: VisitPlanned, now: datetime) -> None:
    client_id = await queries.find_client_of_visit(session, company_id, event.visit_id)
    if client_id is not None:
        await settle_client(session, company_id, client_id, now=now)


async def on_ready_date_moved(
    session: Session, company_id: UUID, event: ReadyDateMoved, now: datetime
) -> None:
    """Steps that are counted from that day may be due earlier now."""
    client_id = await queries.find_client_of_production(session, company_id, event.production_order_id)
    if client_id is not None:
        await queries.look_again(session, company_id, client_id, now=now)
        wake(session, TOUCH_SWEEP, company_id, now)


async def on_sms_received(session: Session, company_id: UUID, event: SmsReceived, now: datetime) -> None:
    for client_id in event.client_ids:
        await settle_client(session, company_id, client_id, now=now)


async def on_cards_merged(session: Session, company_id: UUID, event: ClientsMerged, now: datetime) -> None:
    """He goes on in a plan with one of his cards only."""
    await settle_client(session, company_id, event.survivor_id, now=now)


async def on_consent_changed(
    session: Session, company_id: UUID, event: ConsentChanged, now: datetime
) -> None:
    """Whoever stops advertising is out of the plans that end by it. What waits is also asked at sending."""
    if event.decision != "withdrawn":
        return
    if "personal_data" in event.purposes:
        await settle_client(session, company_id, event.client_id, now=now)
    if "marketing" not in event.purposes:
        return
    ids = await queries.find_unsettled(session, company_id, event.client_id)
    locked = await queries.lock_enrolments(session, company_id, ids)
    ended = {
        enrolment.id: str(Stop.OPTED_OUT)
        for enrolment, _, content in locked
        if Stop.OPTED_OUT in content_of(content).stops
    }
    await end_plans(session, company_id, ended, now=now)


async def on_message_ended(
    session: Session, company_id: UUID, event: MessageStateChanged, now: datetime
) -> None:
    due = await queries.lock_touch(session, company_id, queries.of_message(event.message_id))
    if due is None or due.touch.status == TouchStatus.OPEN:  # it has become a task
        return
    known = await _known_of(session, due, now=now)
    reason, _, detail = event.reason.partition(":")
    if reason == MOVED and due.touch.status == TouchStatus.QUEUED:
        due.touch.status, due.touch.message_id, due.touch.look_at = TouchStatus.PLANNED, None, now
        wake(session, TOUCH_SWEEP, company_id, now)
        return
    if reason == Reason.CONSENT and await _speak_instead(session, due, known, now=now):
        return
    status = ENDS[event.status]
    why = _why(status, event.status, reason)
    said = detail or (reason if why in (Reason.UNDELIVERED, Reason.STOPPED) else "")
    await end_touch(session, due, known, status, reason=why, detail=said, now=now)


def _why(status: TouchStatus, message_status: str, reason: str) -> Reason | None:
    if status == TouchStatus.SENT:
        return None
    if status == TouchStatus.FAILED:
        return Reason.NO_TEXT if reason in ("no_text", "words_missing") else Reason.UNDELIVERED
    if message_status == "expired":
        return Reason.EXPIRED
    return Reason(reason) if reason in set(Reason) else Reason.STOPPED


async def _known_of(session: Session, due: DueTouch, *, now: datetime) -> Known:
    asked = [about(due.enrolment, content_of(due.content))]
    [known] = await find_known_of(session, due.touch.company_id, asked, now=now)
    return known


async def _speak_instead(session: Session, due: DueTouch, known: Known, *, now: datetime) -> bool:
    """The consent was lost while the message waited. Whether somebody shall speak about it instead."""
    content = content_of(due.content)
    step = content.step(due.touch.step)
    is_wanted = step is not None and step.message is not None and step.message.without_consent == "task"
    if not is_wanted or due.touch.status != TouchStatus.QUEUED or due.enrolment.ended_at is not None:
        return False
    await Carrier(session, due, content, known, {}, now=now).speak_about_it(Reason.CONSENT)
    return True


async def on_task_closed(session: Session, company_id: UUID, event: TaskClosed, now: datetime) -> None:
    due = await queries.lock_touch(session, company_id, queries.of_task(event.task_id))
    if due is None:
        return
    known = await _known_of(session, due, now=now)
    is_dropped = event.status == "dropped"
    await end_touch(
        session,
        due,
        known,
        TouchStatus.SKIPPED if is_dropped else TouchStatus.DONE,
        reason=Reason.DROPPED if is_dropped else due.touch.reason,
        end="dropped" if is_dropped else event.outcome,
        now=now,
    )
