"""Plans and cancels messages, and receives delivery reports."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from app.contracts.notifications import MessageStateChanged
from app.core.errors import Forbidden, NotFound
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session, enter_company
from app.identity.api import get_company
from app.notifications.messages import policies, queries
from app.notifications.messages.models import DeliveryReport, Message, MessageAttempt
from app.notifications.messages.policies import MessageKind, MessageStatus
from app.notifications.messages.wording import compose_text
from app.notifications.providers.protocol import ReportState
from app.notifications.providers.segments import count_segments
from app.notifications.providers.signatures import is_signed


class MessageNotFound(NotFound):
    code = "message_not_found"


class ReportNotSigned(Forbidden):
    """The delivery report has no valid signature, so it does not come from our gateway."""

    code = "report_not_signed"


async def plan_message(
    session: Session,
    *,
    company_id: UUID,
    kind: str,
    audience: str,
    recipient_id: UUID,
    phone: str,
    lang: str,
    subject_kind: str,
    subject_id: UUID,
    occurrence: str = "",
    params: Mapping[str, str],
    now: datetime,
    not_after: datetime | None = None,
) -> UUID | None:
    """Send an SMS after the caller's transaction commits. Returns its id, or None if it exists already.

    There is only one SMS for each kind, subject, occurrence and recipient, even after the first was
    canceled. `occurrence` distinguishes intended repeats (the id of a departure, the agreed date).
    `audience` is `client` or `worker`. `phone` is E.164. After `not_after` the SMS is not sent any
    more. `params` are words that are ready for the text (see `format_day`):

        on_my_way            worker, expected, [link]
        visit_booked         day, window
        installation_booked  day, window, crew
        visit_moved          day, window
        visit_canceled       day, window
        offer_made           what, where, when, accept_by
        offer_reminder       what, where, when, accept_by
        offer_withdrawn      what, where, when
    """
    company = await get_company(session, company_id)
    body = compose_text(lang, MessageKind(kind), params)
    return await queries.insert_message(
        session,
        company_id=company_id,
        kind=kind,
        audience=audience,
        recipient_id=recipient_id,
        phone=phone,
        lang=lang,
        sender=company.sms_sender if company else "",  # without a company the database refuses the row anyway
        body=body,
        segments=count_segments(body).parts,
        subject_kind=subject_kind,
        subject_id=subject_id,
        occurrence=occurrence,
        status=MessageStatus.QUEUED,
        send_at=now,
        not_after=not_after,
        created_at=now,
    )


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
    await plan_message(
        session,
        company_id=company_id,
        kind=MessageKind.LOGIN_CODE,
        audience="worker",
        recipient_id=user_id,
        phone=phone,
        lang=lang,
        subject_kind="login_code",
        subject_id=login_code_id,
        params={"code": code},
        now=now,
        not_after=now + policies.LOGIN_CODE_LIFE,
    )


async def cancel_messages(
    session: Session,
    *,
    company_id: UUID,
    subject_kind: str,
    subject_id: UUID,
    kinds: Sequence[str],
    reason: str,
) -> int:
    """Cancel messages that nobody has begun to send, because they are no longer true. Returns how many.

    A message that is being sent at this moment cannot be stopped.
    """
    queued = await queries.find_queued(
        session, company_id, subject_kind=subject_kind, subject_id=subject_id, kinds=kinds
    )
    for message in queued:
        await _move(session, message, MessageStatus.SUPPRESSED, reason=reason)
    return len(queued)


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
    message = await queries.get_message(session, company_id, message_id, lock=True)
    if message is None:
        return
    await queries.insert_report(
        session,
        company_id=company_id,
        message_id=message_id,
        state=state,
        raw=dict(raw),
        digest=hashlib.sha256(msgspec.json.encode(sorted(raw.items()))).digest(),
        created_at=now,
    )
    was = MessageStatus(message.status)
    status = policies.status_after_report(was, state)
    if status != was:
        reason = state if status == MessageStatus.FAILED else None
        look_again_at = now + report_within if report_within and status == MessageStatus.SENT else None
        await _move(session, message, status, reason=reason, look_again_at=look_again_at, now=now)


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


async def _move(
    session: Session,
    message: Message,
    status: MessageStatus,
    *,
    reason: str | None = None,
    look_again_at: datetime | None = None,
    now: datetime | None = None,
) -> None:
    """Change the status of a message. Its row is locked."""
    message.status = status
    message.status_reason = reason
    message.send_at = look_again_at
    if status in (MessageStatus.SENT, MessageStatus.DELIVERED):
        message.sent_at = message.sent_at or now
    if status == MessageStatus.DELIVERED:
        message.delivered_at = now
    if status not in policies.STILL_TO_SEND:
        message.body = policies.shown_body(message.kind, message.body)
    if status == MessageStatus.SENDING:  # only the end of sending is announced
        return
    await announce(
        session,
        message.company_id,
        MessageStateChanged(
            message_id=message.id,
            status=status,
            audience=message.audience,
            message_kind=message.kind,
            subject_kind=message.subject_kind,
            subject_id=message.subject_id,
        ),
    )
