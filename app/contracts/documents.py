"""Events about acts and passports."""

from uuid import UUID

from app.contracts.event import Event


class ActSigned(Event, frozen=True, kw_only=True):
    kind = "documents.act_signed"
    act_id: UUID
    job_id: UUID
    visit_id: UUID
    has_remarks: bool = False
    """The client has accepted the work, and has written what does not satisfy him."""


class PassportIssued(Event, frozen=True, kw_only=True):
    kind = "documents.passport_issued"
    passport_id: UUID
    act_id: UUID


class ActRefused(Event, frozen=True, kw_only=True):
    """The client refused to sign. Somebody should ask why."""

    kind = "documents.act_refused"
    act_id: UUID
    job_id: UUID
    visit_id: UUID
