"""Plans the SMS with a sign-in code, receives delivery reports, and shows messages to the office."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from app.core.changes import Insert
from app.core.errors import Forbidden, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session, enter_company
from app.db.work import Work, work_in
from app.identity.api import CODE_LIFE, get_entered_company
from app.notifications.channels.protocol import Channel, ReportState
from app.notifications.channels.sms.signatures import is_signed
from app.notifications.kinds import MessageKind
from app.notifications.messages import policies, queries
from app.notifications.messages.changes import Move, end_try, plan_message, write_moves
from app.notifications.messages.models import DeliveryReport, Message, MessageAttempt
from app.notifications.messages.policies import MessageStatus
from app.notifications.messages.queries import LockedMessage


class MessageNotFound(NotFound):
    code = "message_not_found"


class ReportNotSigned(Forbidden):
    """The delivery report has no valid signature, so it does not come from our gateway."""

    code = "report_not_signed"


async def plan_login_code(
    session: Session,
    *,
    company_id: UUID,
    user_id: UUID,
    phone: str,
    lang: str,
    code: str,
    login_code_id: UUID,
    now: datetime,
) -> None:
    """Send a one-time code. Lists do not show it, and its digits are removed after sending."""
    company = await get_entered_company(session, company_id)
    message = plan_message(
        MessageKind.LOGIN_CODE,
        {"code": code},
        audience="worker",
        recipient_id=user_id,
        phone=phone,
        lang=lang,
        sender=company.sms_sender,
        subject_kind="login_code",
        subject_id=login_code_id,
        now=now,
        not_after=now + CODE_LIFE,
    )
    async with work_in(session, company_id) as work:
        work.write(message)


async def receive_report(
    session: Session,
    *,
    company_id: UUID,
    message_id: UUID,
    state: ReportState,
    raw: Mapping[str, str],
    signature: str,
    secret_key: str,
    report_within: timedelta | None,
    now: datetime,
) -> None:
    """Store a delivery report and change the status of its message.

    The same report again changes nothing. A report for an unknown message is ignored, so that the
    gateway does not try again.

    Raises:
        ReportNotSigned: the signature is wrong, so we did not give this address to a gateway.
    """
    if not is_signed(secret_key, f"{company_id}/{message_id}", signature):
        raise ReportNotSigned
    await enter_company(session, company_id)
    async with work_in(session, company_id) as work:
        await _record_report(work, message_id, state, raw, report_within=report_within, now=now)


async def _record_report(
    work: Work,
    message_id: UUID,
    state: ReportState,
    raw: Mapping[str, str],
    *,
    report_within: timedelta | None,
    now: datetime,
) -> None:
    message = await work.one(queries.LOCKED_MESSAGES, messages=[message_id])
    if message is None:
        return
    report = {
        "id": uuid7(),
        "message_id": message_id,
        "state": state,
        "raw": dict(raw),
        "digest": hashlib.sha256(msgspec.json.encode(sorted(raw.items()))).digest(),
        "created_at": now,
    }
    work.write(Insert("delivery_report", report, once=True))
    if move := _after_report(message, state, report_within=report_within, now=now):
        write_moves(work, [move])


def _after_report(
    message: LockedMessage, state: ReportState, *, report_within: timedelta | None, now: datetime
) -> Move | None:
    """What a report about an SMS changes. When another way is tried already, only that it arrived matters."""
    was = MessageStatus(message.status)
    status = policies.status_after_report(was, state)
    if status == was or (message.channel != Channel.SMS and status != MessageStatus.DELIVERED):
        return None
    if status == MessageStatus.FAILED:
        return end_try(message, status, state, now=now)
    if status == MessageStatus.SENT:
        waits = [now + report_within] if report_within else []
        waits += [message.rung_until] if message.rung_until else []
        return Move(message, status, None, min(waits, default=None), now)
    return Move(message, status, None, None, now)


async def get_message(
    session: Session, scope: Scope, *, message_id: UUID
) -> tuple[Message, Sequence[MessageAttempt], Sequence[DeliveryReport]]:
    """A message with its attempts and delivery reports.

    Raises:
        MessageNotFound: no such message in this company.
    """
    message = await queries.get_message(session, scope.company_id, message_id)
    if message is None:
        raise MessageNotFound
    attempts = await queries.find_attempts(session, scope.company_id, message_id)
    reports = await queries.find_reports(session, scope.company_id, message_id)
    return message, attempts, reports
