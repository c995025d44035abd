"""What the messages tell the rest of the system."""

from uuid import UUID

from app.contracts.event import Event


class MessageStateChanged(Event, frozen=True, kw_only=True):
    """A message went on: sending, queued again, sent, delivered, failed, unknown, suppressed, expired.

    `failed` and `unknown` to a client mean that a person must call him.
    """

    kind = "notifications.message_state_changed"
    message_id: UUID
    status: str
    audience: str
    """client or worker."""
    message_kind: str
    subject_kind: str
    subject_id: UUID
