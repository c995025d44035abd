"""Events about measurements, payments and attachments."""

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
    job_id: UUID
    amount_kop: int
    method: str


class AttachmentStored(Event, frozen=True, kw_only=True):
    kind = "field.attachment_stored"
    attachment_id: UUID
    job_id: UUID
    purpose: str
