"""Takes the place out of stored files of photos."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from uuid import UUID

from app.db.damage import open_stored
from app.db.files import FileLost, delete_file, file_key, put_file
from app.db.jobs import JobContext
from app.db.session import Session, transaction
from app.db.sweeps import QueueJob
from app.field.attachments.models import Attachment
from app.field.attachments.queries import get_attachment
from app.field.attachments.service import KIND, PLACELESS
from app.field.forgetting import queries
from app.field.images.placeless import make_placeless
from app.field.previews.service import stored_file

CLEAR_PLACE = "clear_place"
AT_ONCE = 20
AGAIN_AFTER = timedelta(minutes=5)
READ_FOR = timedelta(minutes=1)
"""Somebody may still be reading the file with the place."""
LOOK_AGAIN_AFTER = timedelta(hours=1)


async def queue_clearings(session: Session, company_id: UUID, now: datetime, queue_job: QueueJob) -> int:
    """Sweep `place_clearing`: queue a job for each photo whose file says where it was taken, and must not."""
    due = await queries.take_due(session, company_id, now=now, again_at=now + AGAIN_AFTER, limit=AT_ONCE)
    for attachment_id in due:
        await queue_job(CLEAR_PLACE, company_id, attachment_id)
    return len(due)


async def clear_place(context: JobContext, company_id: UUID, attachment_id: UUID) -> None:
    """Job: put a copy without the place in the stead of the file; a minute later remove the file. Twice is harmless."""
    async with transaction(context.sessions, company_id) as session:
        is_wanted = await queries.is_wanted(session, company_id, attachment_id)
        attachment = await get_attachment(session, company_id, attachment_id)
    if attachment is None or not is_wanted:
        return
    if attachment.kept_sha256 is None:
        clear_at = await _replace(context, attachment)
    else:
        await delete_file(context.files, file_key(company_id, KIND, attachment_id))
        clear_at = None
    async with transaction(context.sessions, company_id) as session:
        await queries.set_clearing(session, company_id, attachment_id, clear_at=clear_at)


async def _replace(context: JobContext, attachment: Attachment) -> datetime:
    """Store the copy. Returns when to go on; a file that is damaged is looked at again."""
    company_id, now = attachment.company_id, context.clock.now()

    def transactions() -> AbstractAsyncContextManager[Session]:
        return transaction(context.sessions, company_id)

    try:
        original = await open_stored(transactions, context.files, stored_file(attachment), now=now)
    except FileLost:
        return now + LOOK_AGAIN_AFTER
    copy, sha256 = await make_placeless(original, attachment.content_type)
    with copy:
        await put_file(context.files, file_key(company_id, PLACELESS, attachment.id), copy)
    async with transactions() as session:
        await queries.note_kept(session, company_id, attachment.id, sha256)
    return now + READ_FOR
