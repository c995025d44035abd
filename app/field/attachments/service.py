"""Photos and signatures: first declared, then uploaded and checked, then never changed.

The row in the database decides. An object in the file store counts only when its row says that it is stored;
otherwise it is removed when the row expires. So every step may be interrupted anywhere and repeated.
"""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.changes import Insert
from app.core.clock import corrected_time
from app.core.errors import DomainError, Invalid, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.db.work import Work
from app.dispatch import api as dispatch
from app.dispatch.api import EVER_HELD, VisitNotFound
from app.field.attachments import policies, queries
from app.field.attachments.models import Attachment
from app.field.attachments.schemas import DeclareAttachment
from app.field.visits import VisitNotHeld
from app.orders import api as orders
from app.tracking import api as tracking

KIND = "attachment"
"""Part of the key in the file store."""
PLACELESS = "placeless"
"""The same for a photo that is kept without its place."""
EXAMINERS = ThreadPoolExecutor(2, thread_name_prefix="images")
"""Few threads, so that a burst of photos does not slow down other requests."""


class AttachmentNotFound(NotFound):
    code = "attachment_not_found"


class AttachmentIdTaken(DomainError):
    """The phone's id is that of another file."""

    code = "attachment_id_taken"


class AttachmentRefused(Invalid):
    """Such a file is not accepted. `errors` say why."""

    code = "attachment_refused"


class TooManyAttachments(DomainError):
    code = "too_many_attachments"


class UploadQuotaExceeded(DomainError):
    """The company has sent as much as it may in 24 hours. Declare the file later."""

    status = 429
    code = "upload_quota_exceeded"


def quota_of(settings: Settings) -> policies.Quota:
    return policies.Quota(settings.photos_per_job, settings.upload_mb_per_day * policies.MB)


async def declare_attachment(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    declared: DeclareAttachment,
    quota: policies.Quota,
    now: datetime,
    author_id: UUID | None = None,
) -> Attachment:
    """Declare a file. Its upload must come within 24 hours. The same again, by its id, changes nothing.

    `author_id` is who uploads it, if it is somebody else than the caller.

    Raises:
        VisitNotFound: not his visit.
        VisitNotHeld: he has not accepted it. The office may add a file before.
        AttachmentIdTaken: another file has this id.
        AttachmentRefused: wrong type or size.
        TooManyAttachments: the job or the visit has its maximum already; `limit` is that number.
        UploadQuotaExceeded: the company has sent too much; `limit_mb` is what it may send in 24 hours.
    """
    dispatch.lock_visit_with_job(work, visit_id)
    facts = await work.one(
        queries.TO_DECLARE,
        visit=visit_id,
        attachment=declared.attachment_id,
        purposes=policies.counted_with(declared.purpose),
        since=now - policies.QUOTA_PERIOD,
        **dispatch.sight_of(scope),
    )
    if facts is None:
        raise VisitNotFound(visit_id=visit_id)
    if facts.visit_status not in EVER_HELD and not scope.is_office:
        raise VisitNotHeld(status=facts.visit_status)
    _check_file(declared)
    author_id = author_id or scope.user_id
    if facts.known is not None:
        return _same(facts.known, visit_id, declared, author_id)
    _check_room(facts, declared, quota)
    row = _row(facts.job_id, visit_id, declared, author_id=author_id, now=now)
    work.write(Insert(queries.ATTACHMENTS, row, if_taken=AttachmentIdTaken), is_told=False)
    return Attachment(company_id=scope.company_id, **row)


def _check_file(declared: DeclareAttachment) -> None:
    problems = policies.find_problems(
        purpose=declared.purpose, content_type=declared.content_type, size=declared.size
    )
    if problems:
        raise AttachmentRefused(errors=[problem._asdict() for problem in problems])


def _same(known: Attachment, visit_id: UUID, declared: DeclareAttachment, author_id: UUID) -> Attachment:
    """The file that was declared with this id before.

    Raises:
        AttachmentIdTaken: it is another file, or of another visit.
    """
    is_same = (known.author_id, known.visit_id, known.purpose, known.sha256.hex(), known.size) == (
        author_id,
        visit_id,
        declared.purpose,
        declared.sha256.lower(),
        declared.size,
    )
    if not is_same:
        raise AttachmentIdTaken
    return known


def _check_room(facts: queries.DeclareFacts, declared: DeclareAttachment, quota: policies.Quota) -> None:
    limit = policies.full_at(declared.purpose, facts.counted, quota)
    if limit is not None:
        raise TooManyAttachments(limit=limit)
    if facts.bytes_sent + declared.size > quota.bytes_per_day:
        raise UploadQuotaExceeded(limit_mb=quota.bytes_per_day // policies.MB, retry_after_s=3600)


def _row(
    job_id: UUID, visit_id: UUID, declared: DeclareAttachment, *, author_id: UUID, now: datetime
) -> dict[str, Any]:
    return {
        "id": declared.attachment_id or uuid7(),
        "job_id": job_id,
        "visit_id": visit_id,
        "purpose": declared.purpose,
        "caption": declared.caption,
        "content_type": declared.content_type,
        "size": declared.size,
        "sha256": bytes.fromhex(declared.sha256),
        "author_id": author_id,
        "declared_at": now,
        "captured_at": _captured_at(declared, now=now),
        "expires_at": now + policies.UPLOAD_WITHIN,
        "is_abandoned": False,
    }


def _captured_at(declared: DeclareAttachment, *, now: datetime) -> datetime | None:
    if declared.captured_at is None:
        return None
    return corrected_time(declared.captured_at, sent_at=declared.sent_at, received_at=now)


async def find_named(
    session: Session, scope: Scope, attachment_ids: Sequence[UUID], *, job_id: UUID, purposes: Collection[str]
) -> list[Attachment]:
    """The files that a command names, in its order. They may be declared and not here yet.

    Raises:
        AttachmentNotFound: one does not exist, belongs to another job, or was declared for something else.
    """
    found = {one.id: one for one in await queries.find_of_job(session, scope, attachment_ids, job_id=job_id)}
    for attachment_id in attachment_ids:
        if attachment_id not in found or found[attachment_id].purpose not in purposes:
            raise AttachmentNotFound
    return [found[attachment_id] for attachment_id in attachment_ids]


async def may_know_place(
    session: Session, company_id: UUID, author_id: UUID, moments: Sequence[datetime]
) -> bool:
    """Whether it may be kept where somebody took a photo: only if he might be tracked at all times at which it may have
    been taken. If nobody knows when that was, the answer is no."""
    refusals = await tracking.find_refusals(session, company_id, author_id, moments)
    return bool(refusals) and not any(refusals)


async def find_seen_by_camera(session: Session, scope: Scope, visit_id: UUID) -> list[queries.SeenByCamera]:
    """Stored photos of a visit with what the cameras wrote, oldest first. A place that must not be known, and is still
    to be removed, is left out."""
    return [
        one if await _may_be_seen(session, scope.company_id, one) else one.without_place()
        for one in await queries.find_seen_by_camera(session, scope, visit_id)
    ]


async def _may_be_seen(session: Session, company_id: UUID, seen: queries.SeenByCamera) -> bool:
    if seen.point is None and seen.altitude_m is None:
        return True
    return await may_know_place(session, company_id, seen.attachment.author_id, seen.moments)


async def get_stored(session: Session, scope: Scope, attachment_id: UUID) -> Attachment:
    """A stored file that the caller may see.

    Raises:
        AttachmentNotFound: no such file, not uploaded yet, or of a job without a visit of this worker.
    """
    attachment = await queries.get_attachment(session, scope.company_id, attachment_id)
    if attachment is None or attachment.stored_at is None:
        raise AttachmentNotFound
    if not await orders.may_see_job(session, scope, attachment.job_id):
        raise AttachmentNotFound
    return attachment
