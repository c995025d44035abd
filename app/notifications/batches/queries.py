"""All SQL about batches."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, text

from app.core.scope import Scope
from app.db.session import Session
from app.notifications.batches.models import MessageBatch
from app.notifications.batches.policies import PER_SECOND

START_MESSAGES = text(
    """
    UPDATE message SET send_at = to_timestamp(CAST(:since AS float8) + waiting.place * CAST(:pause AS float8))
      FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM message
             WHERE company_id = :company AND batch_id = :batch AND status = 'queued') AS waiting
     WHERE message.company_id = :company AND message.id = waiting.id AND message.status = 'queued'
    """
)
COUNTS = text(
    "SELECT status, count(*) FROM message WHERE company_id = :company AND batch_id = :batch GROUP BY status"
)


def select_batches(scope: Scope) -> Select[MessageBatch]:
    return select(MessageBatch).where(MessageBatch.company_id == scope.company_id)


async def get_batch(
    session: Session, scope: Scope, batch_id: UUID, *, lock: bool = False
) -> MessageBatch | None:
    query = select_batches(scope).where(MessageBatch.id == batch_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def start_messages(session: Session, company_id: UUID, batch_id: UUID, *, now: datetime) -> None:
    """Let the sender look at the waiting messages of a batch, a few in each second."""
    values = {"company": company_id, "batch": batch_id, "since": now.timestamp(), "pause": 1 / PER_SECOND}
    await session.execute(START_MESSAGES, values)


async def count_messages(session: Session, company_id: UUID, batch_id: UUID) -> dict[str, int]:
    """How many messages of a batch there are, by their status."""
    rows = await session.execute(COUNTS, {"company": company_id, "batch": batch_id})
    return {row[0]: row[1] for row in rows}
