"""Changes the statuses that time alone changes: whoever is overdue becomes dormant at night."""

from uuid import UUID

from app.core.clock import Clock
from app.crm.statuses import queries
from app.crm.statuses.models import SWEEP
from app.crm.statuses.service import read_by_what, settle_clients
from app.db.session import Sessions
from app.db.work import begin_work

AT_ONCE = 500
"""Clients of one transaction."""

__all__ = ["AT_ONCE", "SWEEP", "look_at_due_clients"]


async def look_at_due_clients(sessions: Sessions, company_id: UUID, clock: Clock) -> int:
    """Sweep: only clients whose moment has come. Returns how many were looked at."""
    now = clock.now()
    async with begin_work(sessions, company_id) as work:
        due = await queries.take_due(work, now=now, at_most=AT_ONCE)
        if due:
            await settle_clients(work, sorted(due), await read_by_what(work, now=now))
    return len(due)
