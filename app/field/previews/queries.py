"""All SQL about the copies of photos."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.session import Session
from app.db.wake import wake
from app.field.previews.models import Preview, PreviewMaking

MAKING = cast(Table, PreviewMaking.__table__)
PREVIEW = cast(Table, Preview.__table__)


async def get_preview(session: Session, company_id: UUID, attachment_id: UUID, kind: str) -> Preview | None:
    return await session.get(Preview, (company_id, attachment_id, kind))


async def get_making(
    session: Session, company_id: UUID, attachment_id: UUID, *, lock: bool = False
) -> PreviewMaking | None:
    query = select(PreviewMaking).where(
        PreviewMaking.company_id == company_id, PreviewMaking.attachment_id == attachment_id
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def order(session: Session, company_id: UUID, attachment_id: UUID, *, make_at: datetime) -> None:
    """Have the copies made, if nobody has asked for them yet."""
    wanted = insert(MAKING).values(company_id=company_id, attachment_id=attachment_id, make_at=make_at)
    asked = wanted.on_conflict_do_nothing().returning(MAKING.c.attachment_id)
    if (await session.execute(asked)).first() is not None:
        wake(session, "preview", company_id, make_at)


async def set_making(session: Session, company_id: UUID, attachment_id: UUID, **values: Any) -> None:
    """Change what is to be made. `make_at` wakes the sweep."""
    await session.execute(
        update(MAKING)
        .where(MAKING.c.company_id == company_id, MAKING.c.attachment_id == attachment_id)
        .values(**values)
    )
    if values.get("make_at") is not None:
        wake(session, "preview", company_id, values["make_at"])


async def count_try(session: Session, company_id: UUID, attachment_id: UUID) -> int:
    """The number of this try, from 1."""
    counted = (
        update(MAKING)
        .where(MAKING.c.company_id == company_id, MAKING.c.attachment_id == attachment_id)
        .values(tries=MAKING.c.tries + 1)
        .returning(MAKING.c.tries)
    )
    return await session.scalar(counted) or 1


async def take_due(
    session: Session, company_id: UUID, *, now: datetime, again_at: datetime, limit: int
) -> Sequence[UUID]:
    due = (
        select(MAKING.c.attachment_id)
        .where(MAKING.c.company_id == company_id, MAKING.c.make_at <= now)
        .order_by(MAKING.c.make_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(MAKING)
        .where(MAKING.c.company_id == company_id, MAKING.c.attachment_id.in_(due))
        .values(make_at=again_at)
        .returning(MAKING.c.attachment_id)
    )
    found = list(await session.scalars(taken))
    if found:
        wake(session, "preview", company_id, again_at)
    return found


async def keep_previews(
    session: Session, company_id: UUID, attachment_id: UUID, rows: Iterable[dict[str, Any]], *, now: datetime
) -> None:
    """Replace the copies of a photo by these."""
    its = PREVIEW.c.attachment_id == attachment_id
    await session.execute(delete(PREVIEW).where(PREVIEW.c.company_id == company_id, its))
    for row in rows:
        values = {"company_id": company_id, "attachment_id": attachment_id, "made_at": now, **row}
        await session.execute(insert(PREVIEW).values(**values).on_conflict_do_nothing())
