"""All SQL about conflicts that people resolve."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Uuid, bindparam, func, insert, or_, select, update

from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.field.commands.models import Conflict
from app.field.conflicts.policies import StoredConflict
from app.field.conflicts.schemas import ConflictOut
from app.http.paging import Listing

COLUMNS = [getattr(Conflict, name) for name in StoredConflict._fields]
CONFLICTS = Listing(
    Conflict,
    ConflictOut,
    {
        "is_open": Conflict.resolved_at.is_(None) == bindparam("is_open", type_=Boolean),
        "subject": Conflict.subject_id == bindparam("subject", type_=Uuid),
    },
)
SHOWN_TO_USER = Query(
    select(*COLUMNS)
    .where(
        Conflict.company_id == bindparam("company", type_=Uuid),
        Conflict.user_id == bindparam("user", type_=Uuid),
        or_(
            Conflict.resolved_at.is_(None),
            Conflict.resolved_at > bindparam("decided_since", type_=DateTime(timezone=True)),
        ),
    )
    .order_by(Conflict.id),
    StoredConflict,
)


async def find_shown_to_user(work: Work, user_id: UUID, *, decided_since: datetime) -> list[StoredConflict]:
    """What a worker's phone commanded and nobody has resolved yet, or somebody has lately. The oldest first."""
    return await work.all(SHOWN_TO_USER, user=user_id, decided_since=decided_since)


async def lock_conflict(session: Session, company_id: UUID, conflict_id: UUID) -> StoredConflict | None:
    query = select(*COLUMNS).where(Conflict.company_id == company_id, Conflict.id == conflict_id)
    row = (await session.execute(query.with_for_update())).first()
    return StoredConflict(*row) if row else None


async def add_conflicts(session: Session, company_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    await session.execute(insert(Conflict), [{"company_id": company_id, **row} for row in rows])


async def settle(
    session: Session,
    company_id: UUID,
    conflict_id: UUID,
    *,
    resolution: str,
    chosen: Any,
    comment: str,
    resolved_by: UUID,
    now: datetime,
) -> StoredConflict:
    settled = (
        update(Conflict)
        .where(Conflict.company_id == company_id, Conflict.id == conflict_id)
        .values(
            resolution=resolution, chosen=chosen, comment=comment, resolved_by=resolved_by, resolved_at=now
        )
        .returning(*COLUMNS)
    )
    return StoredConflict(*(await session.execute(settled)).one())


async def count_open(session: Session, company_id: UUID, command_id: UUID) -> int:
    """How many fields of a command nobody has decided about."""
    query = select(func.count()).where(
        Conflict.company_id == company_id,
        Conflict.command_id == command_id,
        Conflict.resolved_at.is_(None),
    )
    return await session.scalar(query) or 0
