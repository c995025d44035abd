"""Looks after the days of pings about once an hour: makes partitions ahead, removes what is too old, drops empty ones.

Nothing depends on its being in time. A ping that finds no partition has it made, and a day more is kept an hour longer.
Each company keeps pings as long as it has set, so rows go company by company, and a partition when nobody has rows
in it any more.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from app.core.clock import Clock
from app.db.session import Sessions, transaction
from app.tracking.pings import queries
from app.tracking.settings.queries import get_kept_days

log = structlog.get_logger(__name__)

DAYS_AHEAD = 3
EMPTY_AFTER = timedelta(days=4)
"""Younger partitions stay although they are empty: pings will come."""
AT_ONCE = 5_000
FIRST_AFTER_S = 5.0
AGAIN_AFTER_S = 3600.0


async def tend_pings_forever(maker: Sessions, clock: Clock) -> None:
    """Several processes may run this at the same time. A failure is tried again an hour later."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        try:
            await tend_pings(maker, now=clock.now())
        except Exception as error:
            log.warning("pings_not_tended", exc_info=error)
        await asyncio.sleep(AGAIN_AFTER_S)


async def tend_pings(maker: Sessions, *, now: datetime) -> None:
    """Do everything that is due now."""
    today = now.astimezone(UTC).date()
    await queries.make_days(maker, [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)])
    removed = 0
    for company_id in await queries.find_companies(maker):
        removed += await _remove_or_report(maker, company_id, now=now)
    dropped = await queries.drop_empty_days(maker, before=(now - EMPTY_AFTER).astimezone(UTC).date())
    log.info("pings_tended", removed=removed, days_dropped=dropped)


async def _remove_or_report(maker: Sessions, company_id: UUID, *, now: datetime) -> int:
    """A failure in one company is logged. The next company is looked after all the same."""
    try:
        return await _remove_old(maker, company_id, now=now)
    except Exception as error:
        log.error("old_pings_not_removed", company_id=str(company_id), exc_info=error)
        return 0


async def _remove_old(maker: Sessions, company_id: UUID, *, now: datetime) -> int:
    total = 0
    while True:
        async with transaction(maker, company_id) as session:
            before = now - timedelta(days=await get_kept_days(session, company_id))
            removed = await queries.remove_old(session, company_id, before=before, at_most=AT_ONCE)
        total += removed
        if removed < AT_ONCE:
            return total
