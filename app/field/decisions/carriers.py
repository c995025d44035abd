"""Whole commands that can be carried out after all, on the word of the office.

Most cannot: a visit that somebody else has now cannot be completed by the first worker. A photo of the job is evidence
whoever has the visit.
"""

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

CARRIED_OUT = frozenset({"declare_attachment"})
"""Kinds of commands."""


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
