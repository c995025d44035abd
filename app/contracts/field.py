"""Events about measurements, payments, attachments, chats and working time."""

from uuid import UUID

from app.contracts.event import Event


class MeasurementSubmitted(Event, frozen=True, kw_only=True):
    kind = "field.measurement_submitted"
    job_id: UUID
    visit_id: UUID
    measurement_id: UUID
    version: int


class PaymentTaken(Event, frozen=True, kw_only=True):
    kind = "field.payment_taken"
    payment_id: UUID
    order_id: UUID | None = None
    """Null in events that were written before there was this field."""
    job_id: UUID | None
    """Null: the office booked it."""
    amount_kop: int
    method: str


class PaymentRefunded(Event, frozen=True, kw_only=True):
    kind = "field.payment_refunded"
    payment_id: UUID
    """The row of the refund."""
    order_id: UUID
    amount_kop: int
    method: str


class ChatMessageSent(Event, frozen=True, kw_only=True):
    kind = "field.chat_message_sent"
    job_id: UUID
    message_id: UUID
    number: int
    author_id: UUID
    for_dispatcher: bool


class AttachmentStored(Event, frozen=True, kw_only=True):
    kind = "field.attachment_stored"
    attachment_id: UUID
    job_id: UUID
    purpose: str


class WorkingTimeCorrected(Event, frozen=True, kw_only=True):
    kind = "field.working_time_corrected"
    worker_id: UUID
    correction_id: UUID
