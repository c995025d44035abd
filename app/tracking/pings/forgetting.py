"""Removes what was kept of a worker of a time in which he may not be tracked.

What a phone says about that comes late and in any order: the end of a private time may follow its beginning by some
seconds. So a time is looked at by what is true when it is looked at: its pings go if the worker's windows do not allow
them. Until then `find_pings` shows none of them. The same holds for every other place of him: of his commands in the
history of visits, and what modules above keep, which hear `PlacesForgotten`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from app.contracts.tracking import PlacesForgotten
from app.core.changes import Insert
from app.core.ids import uuid7
from app.db.outbox import announce
from app.db.session import Session
from app.db.sweeps import QueueJob
from app.db.wake import note
from app.db.work import Work
from app.dispatch.api import forget_visit_points
from app.tracking.pings import queries
from app.tracking.pings.models import Forgetting
from app.workforce.api import CLOCK_AHEAD_MAX, forget_position

LOOK_AGAIN_AFTER = timedelta(seconds=60)
"""Longer than any transaction lasts that stores pings: `statement_timeout` is 30 s."""
WAIT_FOR_END = timedelta(minutes=15)
"""So long the end of a private time may be on its way after its beginning has come."""
SHIFTS_BACK = timedelta(days=14)
"""A shift or absence that is changed later than this removes nothing."""
AT_ONCE = 20


async def forget_forbidden(
    session: Session,
    company_id: UUID,
    worker_id: UUID,
    since: datetime,
    until: datetime | None,
    *,
    may_end: bool,
    now: datetime,
) -> None:
    """Remove what is known of where the worker was in [since, until) (true time), where he may not be tracked.

    It is hidden at once. With `may_end` it is removed a quarter of an hour later, because part of it may turn out to be
    allowed. Otherwise it is removed now, and looked at again in a minute: a ping may be on its way into the table.
    """
    latest = now + CLOCK_AHEAD_MAX
    until = latest if until is None else min(until, latest)
    if since >= until:
        return
    await session.flush()  # the windows are read anew
    one = Forgetting(
        company_id=company_id,
        id=uuid7(),
        worker_id=worker_id,
        begins_at=since,
        ends_at=until,
        look_at=now + (WAIT_FOR_END if may_end else LOOK_AGAIN_AFTER),
    )
    session.add(one)
    for span in await queries.find_forbidden(session, company_id, worker_id, since, until):
        await queries.forget_last(session, company_id, worker_id, *span)
        await forget_position(session, company_id, worker_id, since=span.since, until=span.until)
        if not may_end:
            await queries.remove_pings(session, worker_id, *span)
    await queries.derive_again(session, company_id, worker_id, since, until, at=now)


async def show_allowed(
    session: Session,
    company_id: UUID,
    worker_id: UUID,
    since: datetime,
    until: datetime | None,
    *,
    now: datetime,
) -> None:
    """The worker may be tracked in [since, until) after all: what is still there of that time counts again."""
    latest = now + CLOCK_AHEAD_MAX
    until = latest if until is None else min(until, latest)
    if since < until:
        await queries.derive_again(session, company_id, worker_id, since, until, at=now)


def forget_later(work: Work, worker_ids: Iterable[UUID], *, now: datetime) -> None:
    """Shifts or absences of these workers have changed: remove what lies outside them now, in a quarter of an hour. The
    office may be in the middle of its work, and take away what it gives back in a minute."""
    look_at = now + WAIT_FOR_END
    for worker_id in sorted(set(worker_ids)):
        row = {
            "id": uuid7(),
            "worker_id": worker_id,
            "begins_at": now - SHIFTS_BACK,
            "ends_at": now,
            "look_at": look_at,
        }
        work.write(Insert("track_forgetting", row))
        work.notes.add(note("forgetting", work.company_id, look_at))


async def look_again(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `forgetting`: remove what may not be kept by what is known now."""
    due = await queries.take_forgettings(session, company_id, now=now, limit=AT_ONCE)
    for one in due:
        if one.begins_at < one.ends_at:
            await _forget(session, one, now=now)
        one.look_at = None
    return len(due)


async def _forget(session: Session, one: Forgetting, *, now: datetime) -> None:
    company_id, worker_id = one.company_id, one.worker_id
    forbidden = await queries.find_forbidden(session, company_id, worker_id, one.begins_at, one.ends_at)
    if forbidden:
        await forget_visit_points(session, worker_id, forbidden)
        periods = [(span.since, span.until) for span in forbidden]
        await announce(session, company_id, PlacesForgotten(worker_id=worker_id, periods=periods))
    for span in forbidden:
        await queries.forget_last(session, company_id, worker_id, *span)
        await forget_position(session, company_id, worker_id, since=span.since, until=span.until)
    for span in await queries.find_with_pings(session, company_id, worker_id, forbidden):
        if await queries.remove_pings(session, worker_id, *span):
            await queries.derive_again(session, company_id, worker_id, *span, at=now)
