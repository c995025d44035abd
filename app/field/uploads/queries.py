"""All SQL about how files arrive."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.session import Session
from app.db.wake import wake
from app.field.attachments.models import Attachment
from app.field.forgetting.models import PlaceClearing
from app.field.uploads.models import StrayCheck, Upload, UploadPart
from app.field.uploads.policies import FileState

CHECK = cast(Table, StrayCheck.__table__)


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


async def look_for_strays(session: Session, company_id: UUID, *, at: datetime) -> None:
    """Begin to look for strays of a company, from then on."""
    first = insert(CHECK).values(company_id=company_id, check_at=at).on_conflict_do_nothing()
    if (await session.execute(first.returning(CHECK.c.company_id))).first() is not None:
        wake(session, "stray_files", company_id, at)


async def postpone_stray_check(session: Session, company_id: UUID, *, now: datetime, until: datetime) -> bool:
    """Whether it is time to look. The next look is at `until`."""
    due = update(CHECK).where(CHECK.c.company_id == company_id, CHECK.c.check_at <= now)
    taken = await session.scalar(due.values(check_at=until).returning(CHECK.c.company_id))
    if taken is not None:
        wake(session, "stray_files", company_id, until)
    return taken is not None


async def find_states(
    session: Session, company_id: UUID, attachment_ids: Sequence[UUID]
) -> dict[UUID, FileState]:
    is_being_cleared = exists().where(
        PlaceClearing.company_id == company_id,
        PlaceClearing.attachment_id == Attachment.id,
        PlaceClearing.clear_at.is_not(None),
    )
    query = select(
        Attachment.id,
        Attachment.stored_at.is_not(None),
        Attachment.kept_sha256.is_not(None),
        is_being_cleared,
    ).where(Attachment.company_id == company_id, Attachment.id.in_(attachment_ids))
    return {row[0]: FileState(*row[1:]) for row in await session.execute(query)}


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
