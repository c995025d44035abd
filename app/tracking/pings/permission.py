"""Says whether a worker may be tracked at a time, to whoever gets a place of him by another way than as a ping."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.db.session import Session
from app.tracking.pings import queries
from app.tracking.pings.policies import Refused


async def find_refusals(
    session: Session, company_id: UUID, worker_id: UUID, moments: Sequence[datetime]
) -> list[Refused | None]:
    """For each moment (true time): why a place of the worker may not be kept. None: it may."""
    if not moments:
        return []
    windows = await queries.read_windows(session, company_id, worker_id, min(moments), max(moments))
    return [windows.refusal_at(one) for one in moments]
