"""Removes what was kept of a worker of a time in which he does not want to be tracked."""

from datetime import datetime, timedelta
from uuid import UUID

from app.core.ids import uuid7
from app.db.session import Session
from app.db.sweeps import QueueJob
from app.tracking.pings import queries
from app.tracking.pings.models import Forgetting
from app.workforce.api import CLOCK_AHEAD_MAX, forget_position

LOOK_AGAIN_AFTER = timedelta(seconds=60)
"""Longer than any transaction lasts that stores pings: `statement_timeout` is 30 s."""
AT_ONCE = 20


async def forget_from(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, *, now: datetime
) -> None:
    """Remove what is known of where the worker was from `since` on (true time), also his last position.

    A ping may just be on its way into the table. So the same is done once more in a minute.
    """
    until = now + CLOCK_AHEAD_MAX
    await _forget(session, company_id, worker_id, since, until, now=now)
    session.add(
        Forgetting(
            company_id=company_id,
            id=uuid7(),
            worker_id=worker_id,
            begins_at=since,
            ends_at=until,
            look_at=now + LOOK_AGAIN_AFTER,
        )
    )


async def forget_until(session: Session, company_id: UUID, worker_id: UUID, until: datetime) -> None:
    """From `until` on the worker may be tracked again: the second look leaves what is newer."""
    await queries.cut_forgettings(session, company_id, worker_id, until)


async def look_again(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `forgetting`: remove what came while the first look was under way."""
    due = await queries.take_forgettings(session, company_id, now=now, limit=AT_ONCE)
    for one in due:
        await _forget(session, company_id, one.worker_id, one.begins_at, one.ends_at, now=now)
        one.look_at = None
    return len(due)


async def _forget(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime, *, now: datetime
) -> None:
    if since >= until:
        return
    await queries.remove_pings(session, worker_id, since, until)
    await queries.forget_last(session, company_id, worker_id, since, until)
    await forget_position(session, company_id, worker_id, since=since, until=until)
    await queries.derive_again(session, company_id, worker_id, since, until, at=now)
