"""Events about messages."""

from uuid import UUID

from app.contracts.event import Event


class MessageStateChanged(Event, frozen=True, kw_only=True):
    """A message has a new status: sending, queued again, sent, delivered, failed, unknown, suppressed, expired.

    After `failed` or `unknown` for a client a person must call him.
    """

    kind = "notifications.message_state_changed"
    message_id: UUID
    status: str
    audience: str
    """client or worker."""
    message_kind: str
    subject_kind: str
    subject_id: UUID
    reason: str = ""
    """Why it was not sent, if it was not."""


class SmsReceived(Event, frozen=True, kw_only=True):
    """Somebody wrote to the company, and it is no stop.

    Whoever understands the text settles the inbox item `client_wrote` of `inbound_id`.
    """

    kind = "notifications.sms_received"
    inbound_id: UUID
    value: str
    """E.164, or as the gateway had it."""
    text: str
    client_ids: list[UUID]
    """Everybody who has this number, by their surviving cards. Empty: nobody we know."""
    about_message_id: UUID | None
    """The newest message to the number in the three days before, which he may be answering."""
    about_kind: str | None
    about_subject_kind: str | None
    about_subject_id: UUID | None
