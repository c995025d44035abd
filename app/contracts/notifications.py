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
