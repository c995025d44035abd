"""Keeps what reports need of clients: their purchases, and the days on which they were expected."""

from uuid import UUID

from app.core.changes import Update
from app.core.clock import Clock
from app.crm.pasts import queries
from app.crm.pasts.policies import read_past
from app.crm.statuses.models import PAST_SWEEP as SWEEP
from app.crm.statuses.service import read_by_what
from app.db.session import Sessions
from app.db.work import begin_work

AT_ONCE = 200
"""Clients of one transaction."""

__all__ = ["AT_ONCE", "SWEEP", "work_out_pasts"]


async def work_out_pasts(sessions: Sessions, company_id: UUID, clock: Clock) -> int:
    """Sweep: clients to whom something has happened. Their rows are locked before the facts are read, so what comes
    meanwhile sets the clock again."""
    now = clock.now()
    async with begin_work(sessions, company_id) as work:
        due = await queries.take_due(work, now=now, at_most=AT_ONCE)
        if due:
            by = await read_by_what(work, now=now)
            facts = await queries.find_facts(work, due)
            await queries.save_pasts(
                work, {one: read_past(facts.get(one, ()), by.rules, zone=by.zone, now=now) for one in due}
            )
            work.write(Update("client_past", {"client_id": due}, {"look_at": None}))
    return len(due)
