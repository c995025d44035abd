from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, belongs_to
from app.db.wake import swept_by
from app.notifications.channels.protocol import Channel
from app.notifications.messages.policies import MessageStatus


class Message(HasId, Base):
    """One text to one person about one occurrence of a subject."""

    __tablename__ = "message"

    kind: Mapped[str]
    """A `MessageKind`, which is also the key of the text in `[sms]`, or the kind of a template of the company."""
    audience: Mapped[str]
    """client or worker."""
    recipient_id: Mapped[UUID]
    channel: Mapped[str] = mapped_column(server_default=Channel.SMS)
    """By which the message goes now. A `Channel`."""
    phone: Mapped[str]
    """E.164. Empty if no SMS is to be sent."""
    address: Mapped[str] = mapped_column(server_default="")
    """Where it goes by another channel than SMS."""
    lang: Mapped[str]
    sender: Mapped[str]
    """The sender that the phone shows. Empty until sending if the company has none of its own."""
    subject: Mapped[str] = mapped_column(server_default="")
    """Of an e-mail."""
    body: Mapped[str]
    """The text as it is sent. Until then the product's own, which a template of the company may replace. The
    digits of a one-time code are masked when it need not be sent any more."""
    html: Mapped[str | None]
    """The page of an e-mail, if it has one."""
    params: Mapped[dict[str, Any] | None]
    """The words of the text, for messages to clients: their text is written when they are sent."""
    template_version_id: Mapped[UUID | None]
    """What the text was written from. Null: the product's own text."""
    legal_class: Mapped[str | None]
    """A `LegalClass`: what it was when it was sent, for messages to clients."""
    timezone: Mapped[str | None]
    """Where the client's object is. Null: the company's zone counts."""
    batch_id: Mapped[UUID | None]
    rungs: Mapped[list[dict[str, Any]] | None]
    """All ways that are tried, as `policies.Rung`. Null: there is only one."""
    rung: Mapped[int] = mapped_column(server_default="0")
    """Which of them is tried now."""
    rung_until: Mapped[datetime | None]
    """When the next way is tried. It begins with the first try of this one."""
    tries_before: Mapped[int] = mapped_column(server_default="0")
    """Attempts by earlier ways."""
    let_at: Mapped[datetime | None]
    """When consent, hours and caps let it go, for messages to clients."""
    segments: Mapped[int]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    occurrence: Mapped[str] = mapped_column(server_default="")
    """Distinguishes intended repeats of a message, such as by the id of a departure or the agreed date."""
    status: Mapped[str] = mapped_column(server_default=MessageStatus.QUEUED)
    status_reason: Mapped[str | None]
    send_at: Mapped[datetime | None]
    """When the sender must look at the message. While queued: when to send it. While sending: the end of the
    lease. While sent: when we stop waiting for a delivery report."""
    not_after: Mapped[datetime | None]
    """After this time the message expires instead of being sent: it would be wrong or disturb people."""
    provider: Mapped[str | None]
    """Of the last attempt."""
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("company_id", "kind", "subject_id", "occurrence", "recipient_id"),
        CheckConstraint(
            "status IN ('queued','sending','sent','delivered','failed','unknown','suppressed','expired')",
            name="status",
        ),
        CheckConstraint("channel IN ('sms','email')", name="channel"),
        belongs_to("message_batch", "batch_id"),
        belongs_to("template_version"),
        Index(
            "ix_message__let",
            "company_id",
            "recipient_id",
            "let_at",
            postgresql_where=text("let_at IS NOT NULL"),
        ),
        Index("ix_message__batch", "company_id", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
        Index(
            "ix_message__phone",
            "company_id",
            "phone",
            "sent_at",
            postgresql_where=text("sent_at IS NOT NULL"),
        ),
        Index("ix_message__due", "company_id", "send_at", postgresql_where=text("send_at IS NOT NULL")),
        Index("ix_message__send_at", "send_at", "company_id", postgresql_where=text("send_at IS NOT NULL")),
        Index("ix_message__subject", "company_id", "subject_kind", "subject_id"),
        Index("ix_message__recipient", "company_id", "recipient_id"),
        swept_by("message", due="send_at"),
    )


class MessageAttempt(OfCompany, Base):
    """One call of the gateway. The row is written before the call."""

    __tablename__ = "message_attempt"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """accepted, rejected or unknown. Null while we wait for the answer."""
    detail: Mapped[str | None]
    body: Mapped[str | None]
    """The text that was tried, if the message has several ways: the next one has another text."""

    __table_args__ = (belongs_to("message"),)


class DeliveryReport(HasId, Base):
    """A delivery report as the gateway sent it. Reports can come twice and in any order."""

    __tablename__ = "delivery_report"

    message_id: Mapped[UUID]
    digest: Mapped[bytes]
    state: Mapped[str]
    raw: Mapped[dict[str, Any]]

    __table_args__ = (belongs_to("message"), UniqueConstraint("company_id", "message_id", "digest"))
