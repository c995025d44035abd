"""All SQL that forgets places of commands and photos.

What is written for listeners goes to asyncpg as it stands: `$1` is the company.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from app.db.session import Session
from app.db.work import Work
from app.field.attachments.models import Attachment
from app.field.forgetting.models import PlaceClearing

OF_LEDGER = """
UPDATE field_command c SET payload = c.payload - 'point' - 'accuracy_m'
 WHERE c.company_id = $1 AND c.user_id = $2 AND c.payload IS NOT NULL AND c.payload ->> 'point' IS NOT NULL
   AND c.received_at >= (SELECT min(one) FROM unnest($3::timestamptz[]) AS one)
   AND EXISTS (SELECT FROM unnest($3::timestamptz[], $4::timestamptz[]) AS span (since, until)
                WHERE coalesce(c.corrected_at, least(c.occurred_at, c.received_at)) >= since
                  AND coalesce(c.corrected_at, least(c.occurred_at, c.received_at)) < until)
"""
OF_CONFLICTS = """
UPDATE conflict f SET mine = f.mine #- '{command,point}' #- '{command,accuracy_m}'
  FROM field_command c
 WHERE f.company_id = $1 AND f.user_id = $2 AND f.field IS NULL AND f.mine #>> '{command,point}' IS NOT NULL
   AND c.company_id = $1 AND c.command_id = f.command_id
   AND EXISTS (SELECT FROM unnest($3::timestamptz[], $4::timestamptz[]) AS span (since, until)
                WHERE coalesce(c.corrected_at, least(c.occurred_at, c.received_at)) >= since
                  AND coalesce(c.corrected_at, least(c.occurred_at, c.received_at)) < until)
"""
OF_PHOTOS = """
WITH forgotten AS (
  UPDATE attachment a SET taken_point = NULL, taken_altitude_m = NULL
   WHERE a.company_id = $1 AND a.author_id = $2 AND a.holds_place
     AND EXISTS (SELECT FROM unnest($3::timestamptz[], $4::timestamptz[]) AS span (since, until)
                  WHERE (a.taken_at >= since AND a.taken_at < until)
                     OR (a.captured_at >= since AND a.captured_at < until))
  RETURNING a.id
)
INSERT INTO place_clearing (company_id, attachment_id, clear_at) SELECT $1, id, $5 FROM forgotten
    ON CONFLICT (company_id, attachment_id) DO UPDATE SET clear_at = excluded.clear_at
RETURNING attachment_id
"""


async def forget_places(
    work: Work, worker_id: UUID, sinces: Sequence[datetime], untils: Sequence[datetime], *, now: datetime
) -> bool:
    """Forget where a worker gave commands and took photos in these times. True: files of photos have to follow."""
    await work.rows(OF_LEDGER, worker_id, sinces, untils)
    await work.rows(OF_CONFLICTS, worker_id, sinces, untils)
    return bool(await work.rows(OF_PHOTOS, worker_id, sinces, untils, now))


async def take_due(
    session: Session, company_id: UUID, *, now: datetime, again_at: datetime, limit: int
) -> list[UUID]:
    """Claim files that are due. Those that are not done by `again_at` are due again."""
    due = (
        select(PlaceClearing.attachment_id)
        .where(PlaceClearing.company_id == company_id, PlaceClearing.clear_at <= now)
        .order_by(PlaceClearing.clear_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(PlaceClearing)
        .where(PlaceClearing.company_id == company_id, PlaceClearing.attachment_id.in_(due))
        .values(clear_at=again_at)
        .returning(PlaceClearing.attachment_id)
        .execution_options(synchronize_session=False)
    )
    return list(await session.scalars(taken))


async def is_wanted(session: Session, company_id: UUID, attachment_id: UUID) -> bool:
    """Whether the file of a photo is still to be cleared."""
    query = select(PlaceClearing.attachment_id).where(
        PlaceClearing.company_id == company_id,
        PlaceClearing.attachment_id == attachment_id,
        PlaceClearing.clear_at.is_not(None),
    )
    return await session.scalar(query) is not None


async def set_clearing(
    session: Session, company_id: UUID, attachment_id: UUID, *, clear_at: datetime | None
) -> None:
    await session.execute(
        update(PlaceClearing)
        .where(PlaceClearing.company_id == company_id, PlaceClearing.attachment_id == attachment_id)
        .values(clear_at=clear_at)
        .execution_options(synchronize_session=False)
    )


async def note_kept(session: Session, company_id: UUID, attachment_id: UUID, sha256: bytes) -> None:
    """From now on the file without the place is the one that is kept."""
    await session.execute(
        update(Attachment)
        .where(Attachment.company_id == company_id, Attachment.id == attachment_id)
        .values(kept_sha256=sha256, holds_place=False)
        .execution_options(synchronize_session=False)
    )
