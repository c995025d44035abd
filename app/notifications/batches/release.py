"""Advertising of a plan: the person who releases the plan lets it go."""

from datetime import datetime
from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session
from app.notifications.batches import service
from app.notifications.batches.policies import BatchStatus


async def let_go(session: Session, scope: Scope, *, batch_id: UUID | None, name: str, now: datetime) -> UUID:
    """Release this batch in the name of the caller, or a new one. What joins it later goes too.

    Raises:
        BatchMoveImpossible: somebody has called it off.
    """
    if batch_id is None:
        batch = await service.create_batch(session, scope, name=name)
    else:
        batch = await service.get_batch(session, scope, batch_id, lock=True)
    if batch.status != BatchStatus.RELEASED:
        await service.release_batch(session, scope, batch, now=now)
    return batch.id


async def hold_up(
    session: Session, scope: Scope, batch_id: UUID, *, is_for_ever: bool = False, now: datetime
) -> None:
    """Hold up what was not sent yet, or call it off."""
    batch = await service.get_batch(session, scope, batch_id, lock=True)
    if is_for_ever and batch.status != BatchStatus.CANCELED:
        await service.cancel_batch(session, batch, now=now)
    elif batch.status == BatchStatus.RELEASED:
        await service.pause_batch(session, batch, now=now)
