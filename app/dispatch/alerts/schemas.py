from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.http.schemas import In, Moment, Out


class AlertKind(StrEnum):
    OFFER_WAITS = "offer_waits"
    """An offer that nobody has answered yet; `due_at` is the end of its time."""
    NOBODY_ACCEPTS = "nobody_accepts"
    """Offers have run out or were declined, and nobody is asked at the moment."""
    VISIT_LATE = "visit_late"
    """Nobody has arrived, and the client was promised somebody by `due_at`."""
    VISIT_UNCONFIRMED = "visit_unconfirmed"
    """The client was asked about the time and has not answered; `due_at` is when his window begins."""
    REQUEST_UNANSWERED = "request_unanswered"
    """A request had no first response by `due_at`."""


class AlertOut(Out):
    kind: AlertKind
    subject_kind: str
    """visit or request."""
    subject_id: UUID
    due_at: datetime
    client_name: str
    address: str
    job_kind: str | None
    starts_at: datetime | None
    worker_name: str | None
    channel: str | None
    """Of a request."""
    taken_by: UUID | None
    taken_by_name: str | None
    taken_at: datetime | None


class AlertsOut(Out):
    now: datetime
    """By the server's clock. Count down by it."""
    next_at: datetime | None
    """When the next alert comes if nothing happens until then: read again at that time."""
    items: list[AlertOut]
    """The most urgent first, at most 200."""


class TakeAlert(In):
    kind: AlertKind
    subject_id: UUID
    due_at: Moment
    """As `listAlerts` says. If the subject has another deadline by now, that is another alert."""
