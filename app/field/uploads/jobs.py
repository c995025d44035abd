"""Uploads that never came, and those that came and were not put together."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.core.errors import DomainError
from app.db.files import delete_file, delete_files, file_key, find_keys
from app.db.jobs import JobContext
from app.db.session import Session, transaction
from app.db.sweeps import QueueJob
from app.field.attachments.queries import get_attachment
from app.field.attachments.service import KIND, PLACELESS
from app.field.uploads import queries
from app.field.uploads.service import PARTS, put_together

log = structlog.get_logger(__name__)

REMOVE_UPLOAD = "remove_upload"
FINISH_UPLOAD = "finish_upload"
QUEUE_AGAIN_AFTER = timedelta(minutes=5)
AT_ONCE = 20


async def abandon_expired_uploads(
    session: Session, company_id: UUID, now: datetime, queue_job: QueueJob
) -> int:
    """Sweep: abandon uploads that expired and queue a job to remove each. From now on the phone is too late."""
    abandoned = await queries.postpone_expired(session, company_id, now=now, until=now + QUEUE_AGAIN_AFTER)
    for attachment_id in abandoned:
        await queue_job(REMOVE_UPLOAD, company_id, attachment_id)
    return len(abandoned)


async def remove_upload(context: JobContext, company_id: UUID, attachment_id: UUID) -> None:
    """Job: remove an abandoned upload. First its objects, which may exist if the server died, then its rows."""
    async with transaction(context.sessions, company_id) as session:
        attachment = await get_attachment(session, company_id, attachment_id)
    if attachment is None or not attachment.is_abandoned:
        return
    for kind in (KIND, PLACELESS):
        await delete_file(context.files, file_key(company_id, kind, attachment_id))
    parts = await find_keys(context.files, file_key(company_id, PARTS, attachment_id))
    await delete_files(context.files, parts)
    async with transaction(context.sessions, company_id) as session:
        await queries.delete_abandoned(session, company_id, attachment_id)


async def queue_complete_uploads(
    session: Session, company_id: UUID, now: datetime, queue_job: QueueJob
) -> int:
    """Sweep: queue a job for each upload that is here and not put together, because a process died or the store was
    away."""
    complete = await queries.take_complete(
        session, company_id, now=now, again_at=now + QUEUE_AGAIN_AFTER, limit=AT_ONCE
    )
    for attachment_id in complete:
        await queue_job(FINISH_UPLOAD, company_id, attachment_id)
    return len(complete)


async def finish_upload(context: JobContext, company_id: UUID, attachment_id: UUID) -> None:
    """Job: put an upload together. If that cannot be done, the phone is told when it asks how far the file has come:
    it has to begin again."""

    def transactions(*, audited: bool = False) -> AbstractAsyncContextManager[Session]:
        return transaction(context.sessions, company_id)

    try:
        await put_together(
            transactions, context.files, company_id, attachment_id=attachment_id, clock=context.clock
        )
    except DomainError as refusal:
        log.warning("upload_not_finished", attachment_id=str(attachment_id), code=refusal.code)
