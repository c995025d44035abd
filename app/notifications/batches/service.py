"""A named person lets advertising go, holds it up or calls it off."""

from datetime import datetime
from uuid import UUID

from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session
from app.db.wake import wake
from app.notifications.batches import queries
from app.notifications.batches.models import MessageBatch
from app.notifications.batches.policies import MOVES, BatchStatus


class BatchNotFound(NotFound):
    code = "batch_not_found"


class BatchMoveImpossible(DomainError):
    """It is in another status: `status` names it."""

    code = "batch_move_impossible"


async def create_batch(session: Session, scope: Scope, *, name: str) -> MessageBatch:
    """A new batch. Its messages wait until somebody has released it."""
    batch = MessageBatch(
        company_id=scope.company_id,
        id=uuid7(),
        name=name,
        status=BatchStatus.DRAFT,
        created_by=scope.user_id,
        row_version=1,
    )
    session.add(batch)
    await session.flush()
    return batch


async def get_batch(session: Session, scope: Scope, batch_id: UUID, *, lock: bool = False) -> MessageBatch:
    """One batch.

    Raises:
        BatchNotFound: no such batch in this company.
    """
    batch = await queries.get_batch(session, scope, batch_id, lock=lock)
    if batch is None:
        raise BatchNotFound
    return batch


async def release_batch(session: Session, scope: Scope, batch: MessageBatch, *, now: datetime) -> None:
    """Let its messages go, and those that join it later. The caller has locked the batch.

    Raises:
        BatchMoveImpossible: it is released already, or canceled.
    """
    await _move(session, batch, BatchStatus.RELEASED, by=scope.user_id, now=now)


async def pause_batch(session: Session, batch: MessageBatch, *, now: datetime) -> None:
    """Hold up what was not sent yet. The caller has locked the batch.

    Raises:
        BatchMoveImpossible: it is not released.
    """
    await _move(session, batch, BatchStatus.PAUSED, now=now)


async def cancel_batch(session: Session, batch: MessageBatch, *, now: datetime) -> None:
    """Drop what was not sent yet. The caller has locked the batch.

    Raises:
        BatchMoveImpossible: it is canceled already.
    """
    await _move(session, batch, BatchStatus.CANCELED, now=now)


async def _move(
    session: Session, batch: MessageBatch, to: BatchStatus, *, by: UUID | None = None, now: datetime
) -> None:
    """Change the status. The sender then looks at the waiting messages: it sends, drops or leaves them."""
    if to not in MOVES[BatchStatus(batch.status)]:
        raise BatchMoveImpossible(status=batch.status)
    batch.status = to
    if by is not None:
        batch.released_by, batch.released_at = by, now
    await session.flush()
    if to != BatchStatus.PAUSED:
        await queries.start_messages(session, batch.company_id, batch.id, now=now)
        wake(session, "message", batch.company_id)
