"""All SQL about how files arrive."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, select, update

from app.db.session import Session
from app.db.wake import wake
from app.field.attachments.models import Attachment
from app.field.uploads.models import Upload, UploadPart


async def get_upload(session: Session, company_id: UUID, attachment_id: UUID) -> Upload | None:
    """Lock the attachment first, or it may change before COMMIT."""
    return await session.get(Upload, (company_id, attachment_id), populate_existing=True)


class Part(NamedTuple):
    part_id: UUID
    start: int
    size: int


async def find_parts(session: Session, company_id: UUID, attachment_id: UUID) -> list[Part]:
    """In the order of the file."""
    query = select(UploadPart.part_id, UploadPart.start, UploadPart.size).where(
        UploadPart.company_id == company_id, UploadPart.attachment_id == attachment_id
    )
    return [Part(*row) for row in await session.execute(query.order_by(UploadPart.start))]


async def delete_upload(session: Session, company_id: UUID, attachment_id: UUID) -> None:
    """Forget the parts. Their objects are removed by whoever calls, after COMMIT."""
    for table in (UploadPart, Upload):
        await session.execute(
            delete(table).where(table.company_id == company_id, table.attachment_id == attachment_id)
        )


async def take_complete(
    session: Session, company_id: UUID, *, now: datetime, again_at: datetime, limit: int
) -> Sequence[UUID]:
    """Uploads whose bytes are all here and which nobody has put together. They are due again at `again_at`."""
    due = (
        select(Upload.attachment_id)
        .where(Upload.company_id == company_id, Upload.finish_at <= now)
        .order_by(Upload.finish_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Upload)
        .where(Upload.company_id == company_id, Upload.attachment_id.in_(due))
        .values(finish_at=again_at)
        .returning(Upload.attachment_id)
        .execution_options(synchronize_session=False)
    )
    complete = list(await session.scalars(taken))
    if complete:
        wake(session, "upload_finish", company_id, again_at)
    return complete


async def postpone_expired(
    session: Session, company_id: UUID, *, now: datetime, until: datetime, limit: int = 100
) -> list[UUID]:
    """Mark expired uploads as abandoned and return their ids. Those not removed by `until` are due again."""
    expired = (
        select(Attachment.id)
        .where(Attachment.company_id == company_id, Attachment.expires_at <= now)
        .order_by(Attachment.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Attachment)
        .where(Attachment.company_id == company_id, Attachment.id.in_(expired))
        .values(expires_at=until, is_abandoned=True)
        .returning(Attachment.id)
        .execution_options(synchronize_session=False)
    )
    abandoned = list(await session.scalars(taken))
    if abandoned:
        wake(session, "upload", company_id, until)
    return abandoned


async def delete_abandoned(session: Session, company_id: UUID, attachment_id: UUID) -> None:
    await delete_upload(session, company_id, attachment_id)
    await session.execute(
        delete(Attachment).where(
            Attachment.company_id == company_id, Attachment.id == attachment_id, Attachment.is_abandoned
        )
    )
