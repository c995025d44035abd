"""Uploads that never came."""

from datetime import datetime, timedelta
from uuid import UUID

from app.db.files import delete_file, file_key
from app.db.jobs import JobContext
from app.db.session import Session, transaction
from app.db.sweeps import QueueJob
from app.field.attachments import queries
from app.field.attachments.service import KIND

REMOVE_UPLOAD = "remove_upload"
QUEUE_AGAIN_AFTER = timedelta(minutes=5)


async def abandon_expired_uploads(
    session: Session, company_id: UUID, now: datetime, queue_job: QueueJob
) -> int:
    """Sweep: abandon uploads that expired and queue a job to remove each. From now on the phone is too late."""
    abandoned = await queries.postpone_expired(session, company_id, now=now, until=now + QUEUE_AGAIN_AFTER)
    for attachment_id in abandoned:
        await queue_job(REMOVE_UPLOAD, company_id, attachment_id)
    return len(abandoned)


async def remove_upload(context: JobContext, company_id: UUID, attachment_id: UUID) -> None:
    """Job: remove an abandoned upload. First its object, which may exist if the server died, then its row."""
    async with transaction(context.sessions, company_id) as session:
        attachment = await queries.get_attachment(session, company_id, attachment_id)
    if attachment is None or not attachment.is_abandoned:
        return
    await delete_file(context.files, file_key(company_id, KIND, attachment_id))
    async with transaction(context.sessions, company_id) as session:
        await queries.delete_abandoned(session, company_id, attachment_id)
