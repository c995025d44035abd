"""Whole commands that can be carried out after all, on the word of the office.

Most cannot: a visit that somebody else has now cannot be completed by the first worker. A photo of the job and the
sizes of its openings are true whoever has the visit.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.db.work import work_in
from app.field.attachments import service as attachments
from app.field.attachments.schemas import DeclareAttachment
from app.field.conflicts.policies import StoredConflict
from app.field.measurements import service as measurements
from app.field.measurements.schemas import SubmitMeasurement


class Office(NamedTuple):
    """Who lets the command through, and when."""

    scope: Scope
    settings: Settings
    now: datetime


async def declare_attachment(session: Session, office: Office, conflict: StoredConflict) -> dict[str, Any]:
    """Declare the file of the command. The worker stays the author, so his phone can upload it.

    Raises:
        AttachmentIdTaken, AttachmentRefused, TooManyAttachments, UploadQuotaExceeded, VisitNotFound: as for a phone.
    """
    declared = msgspec.convert(conflict.mine["command"], DeclareAttachment)
    async with work_in(session, office.scope.company_id) as work:
        attachment = await attachments.declare_attachment(
            work,
            office.scope,
            visit_id=conflict.subject_id,
            declared=declared,
            quota=attachments.quota_of(office.settings),
            now=office.now,
            author_id=conflict.user_id,
        )
    return {"attachment_id": str(attachment.id)}


async def submit_measurement(session: Session, office: Office, conflict: StoredConflict) -> dict[str, Any]:
    """The sheet becomes the next version of the job, whatever has become of the visit. The worker is its author.

    Raises:
        MeasuredSince: a newer sheet has come, or the office has corrected the last one since.
        MeasurementRefused: implausible sizes, or photos that the job does not have.
        VisitNotFound: no such visit in this company.
    """
    sheet = msgspec.convert(conflict.mine["command"], SubmitMeasurement)
    async with work_in(session, office.scope.company_id) as work:
        taken = await measurements.take_measurement(
            work,
            office.scope,
            visit_id=conflict.subject_id,
            sheet=sheet,
            author_id=conflict.user_id,
            received_at=conflict.made_at,
            now=office.now,
        )
    return {"measurement_id": str(taken.measurement.id)}


Carrier = Callable[[Session, Office, StoredConflict], Awaitable[dict[str, Any]]]

CARRIED_OUT: Mapping[str, Carrier] = {
    "declare_attachment": declare_attachment,
    "submit_measurement": submit_measurement,
}
"""By kind of command. Each answers what it has made."""
