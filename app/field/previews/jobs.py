"""The background process makes the copies of photos, one photo at a time."""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

import structlog

from app.db.damage import open_stored
from app.db.files import FileLost, put_file
from app.db.jobs import JobContext
from app.db.session import Session, transaction
from app.db.sweeps import QueueJob
from app.field.attachments.models import Attachment
from app.field.attachments.queries import get_attachment
from app.field.previews import policies, queries
from app.field.previews.making import CannotBeMade, Copy, make_copies
from app.field.previews.service import preview_key, stored_file

log = structlog.get_logger(__name__)

MAKE_PREVIEWS = "make_previews"
AT_ONCE = 4
DECODER = asyncio.Semaphore(1)
"""A picture takes hundreds of megabytes while it is decoded."""
waiting: set[UUID] = set()


async def queue_previews(session: Session, company_id: UUID, now: datetime, queue_job: QueueJob) -> int:
    """Sweep: queue a job for each photo whose copies are to be made. One that gets lost is due again."""
    due = await queries.take_due(
        session, company_id, now=now, again_at=now + policies.AGAIN_AFTER, limit=AT_ONCE
    )
    for attachment_id in due:
        await queue_job(MAKE_PREVIEWS, company_id, attachment_id)
    return len(due)


async def make_previews(context: JobContext, company_id: UUID, attachment_id: UUID) -> None:
    """Job: make the copies of a photo, when the decoder is free. Twice is harmless."""
    if len(waiting) >= policies.WAITING_MAX:
        async with transaction(context.sessions, company_id) as session:
            later = context.clock.now() + policies.WHEN_LESS_IS_TO_DO
            await queries.set_making(session, company_id, attachment_id, make_at=later)
        return
    waiting.add(attachment_id)
    try:
        async with DECODER:
            await _make(context, company_id, attachment_id)
    finally:
        waiting.discard(attachment_id)


async def _make(context: JobContext, company_id: UUID, attachment_id: UUID) -> None:
    async with transaction(context.sessions, company_id) as session:
        attachment = await get_attachment(session, company_id, attachment_id)
        making = await queries.get_making(session, company_id, attachment_id)
    if attachment is None or making is None or making.make_at is None:
        return

    def transactions() -> AbstractAsyncContextManager[Session]:
        return transaction(context.sessions, company_id)

    stored = stored_file(attachment)
    try:
        original = await open_stored(transactions, context.files, stored, now=context.clock.now())
    except FileLost:
        later = context.clock.now() + policies.LOOK_AGAIN_AFTER
        async with transactions() as session:
            await queries.set_making(session, company_id, attachment_id, make_at=later)
        return
    with original:
        async with transactions() as session:
            tries = await queries.count_try(session, company_id, attachment_id)
        try:
            copies = await make_copies(original, attachment.content_type)
        except CannotBeMade as error:
            await _note_failure(context, attachment, error, tries=tries)
            return
    await _keep(context, attachment, copies)


async def _note_failure(
    context: JobContext, attachment: Attachment, error: CannotBeMade, *, tries: int
) -> None:
    """Say why there are no copies, or leave the photo due again."""
    log.warning(
        "preview_not_made", attachment_id=str(attachment.id), failure=error.failure, said=error.said[:300]
    )
    if not error.is_final and tries < policies.TRIES_MAX:
        return
    async with transaction(context.sessions, attachment.company_id) as session:
        await queries.set_making(
            session, attachment.company_id, attachment.id, make_at=None, failure=error.failure
        )


async def _keep(context: JobContext, attachment: Attachment, copies: Sequence[Copy]) -> None:
    """Store the copies, and count them when all are there."""
    rows = []
    for kind, width_px, height_px, content in copies:
        await put_file(context.files, preview_key(attachment.company_id, attachment.id, kind), content)
        sha256 = hashlib.sha256(content).digest()
        rows.append(
            {
                "kind": kind,
                "width_px": width_px,
                "height_px": height_px,
                "size": len(content),
                "sha256": sha256,
            }
        )
    async with transaction(context.sessions, attachment.company_id) as session:
        company_id, attachment_id = attachment.company_id, attachment.id
        await queries.keep_previews(session, company_id, attachment_id, rows, now=context.clock.now())
        await queries.set_making(session, company_id, attachment_id, make_at=None, failure=None)
