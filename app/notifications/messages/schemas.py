from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from app.core.emails import mask_email
from app.core.phones import mask_phone
from app.core.scope import Role, Scope
from app.http.schemas import Out
from app.notifications.messages.models import DeliveryReport, Message, MessageAttempt
from app.notifications.messages.policies import shown_body

SEES_PHONES = frozenset({Role.OWNER, Role.SUPERVISOR, Role.DISPATCHER})


class MessageOut(Out):
    id: UUID
    kind: str
    audience: str
    """client or worker."""
    recipient_id: UUID
    channel: str
    """sms or email: by which it goes now."""
    phone: str
    """Masked for people who do not dispatch. Empty if no SMS is to be sent."""
    address: str
    """The e-mail address; masked like the phone. Empty for an SMS."""
    lang: str
    sender: str
    subject: str
    """Of an e-mail."""
    body: str
    """As it was sent. While it waits, the product's own text; empty if only the company has one. A one-time code is
    masked."""
    legal_class: str | None
    """What it was when it was sent: service, feedback or marketing. Null for workers, and while it waits."""
    template_version_id: UUID | None
    """The version of the company's template it was written from. Null: the product's own text."""
    batch_id: UUID | None
    segments: int
    """Number of SMS that are billed."""
    subject_kind: str
    subject_id: UUID
    occurrence: str
    status: str
    """queued, sending, sent, delivered, failed, unknown (the gateway's answer was lost; it is not sent
    again), suppressed (no longer true) or expired (too late)."""
    status_reason: str | None
    """Why it was not sent, or not yet: consent, stop, contact, supplier, won_back, quiet (the hour), cap, repeated,
    not_released, too_late, no_text, words_missing, or the gateway's words."""
    send_at: datetime | None
    """When it is looked at again. While queued: when it is sent, or judged anew."""
    provider: str | None
    created_at: datetime
    not_after: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None

    @classmethod
    def of(cls, message: Message, reader: Scope) -> Self:
        is_masked = SEES_PHONES.isdisjoint(reader.roles)
        return cls(
            id=message.id,
            kind=message.kind,
            audience=message.audience,
            recipient_id=message.recipient_id,
            channel=message.channel,
            phone=mask_phone(message.phone) if is_masked and message.phone else message.phone,
            address=mask_email(message.address) if is_masked and message.address else message.address,
            lang=message.lang,
            sender=message.sender,
            subject=message.subject,
            body=shown_body(message.kind, message.body),
            legal_class=message.legal_class,
            template_version_id=message.template_version_id,
            batch_id=message.batch_id,
            segments=message.segments,
            subject_kind=message.subject_kind,
            subject_id=message.subject_id,
            occurrence=message.occurrence,
            status=message.status,
            status_reason=message.status_reason,
            send_at=message.send_at,
            provider=message.provider,
            created_at=message.created_at,
            not_after=message.not_after,
            sent_at=message.sent_at,
            delivered_at=message.delivered_at,
        )


class AttemptOut(Out):
    """One call of the gateway."""

    number: int
    provider: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    """accepted, rejected or unknown. Null while we wait for the answer. It stays null if a delivery report came
    and the answer did not."""
    detail: str | None
    body: str | None
    """The text that was tried, if the message had several ways. Links by which the client acts are masked."""

    @classmethod
    def of(cls, attempt: MessageAttempt) -> Self:
        return cls(
            number=attempt.number,
            provider=attempt.provider,
            started_at=attempt.started_at,
            finished_at=attempt.finished_at,
            outcome=attempt.outcome,
            detail=attempt.detail,
            body=shown_body("", attempt.body) if attempt.body else None,
        )


class ReportOut(Out):
    """One delivery report."""

    state: str
    """delivered, undelivered, buffered, accepted, refused or other."""
    received_at: datetime

    @classmethod
    def of(cls, report: DeliveryReport) -> Self:
        return cls(state=report.state, received_at=report.created_at)


class MessageDetailsOut(Out):
    message: MessageOut
    attempts: list[AttemptOut]
    """In the order of the calls."""
    reports: list[ReportOut]
    """In the order of arrival, which can differ from the order of what happened."""

    @classmethod
    def of_all(
        cls,
        message: Message,
        attempts: Sequence[MessageAttempt],
        reports: Sequence[DeliveryReport],
        reader: Scope,
    ) -> Self:
        return cls(
            message=MessageOut.of(message, reader),
            attempts=[AttemptOut.of(attempt) for attempt in attempts],
            reports=[ReportOut.of(report) for report in reports],
        )
