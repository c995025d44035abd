"""Looks after the days of pings about once an hour: makes partitions ahead, removes what is too old, drops empty ones.
What was derived of positions goes with them (docs/adr/0018).

Nothing depends on its being in time. A ping that finds no partition has it made, and a day more is kept an hour longer.
Each company keeps positions as long as it has set, and no worker's for longer than the words he agreed to at that time.
So rows go company by company and consent by consent, and a partition goes when nobody has rows in it any more. One
statement finds the companies that may have something to remove: to look into each takes some 12 ms.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog

from app.core.clock import Clock, shifted
from app.db.session import Session, Sessions, transaction
from app.tracking.consents.models import TrackingConsent
from app.tracking.consents.queries import find_shorter_consents
from app.tracking.facts.writing import forget_facts_of_worker, forget_old_facts
from app.tracking.pings import queries
from app.tracking.pings.policies import Window
from app.tracking.settings.queries import get_kept_days
from app.tracking.signals.service import remove_old_signals
from app.workforce.api import forget_old_positions, forget_position

log = structlog.get_logger(__name__)

DAYS_AHEAD = 3
EMPTY_AFTER = timedelta(days=4)
"""Younger partitions stay although they are empty: pings will come."""
AT_ONCE = 5_000
SLICE = timedelta(days=1)
"""Pings of a shorter consent are removed by the day, so that no transaction is long."""
FIRST_AFTER_S = 5.0
AGAIN_AFTER_S = 3600.0


class _Old(NamedTuple):
    """Positions of a worker that must go although the company keeps others of the time."""

    worker_id: UUID
    window: Window


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
    for company_id in await queries.find_companies_with_old_places(maker, now=now):
        removed += await _remove_or_report(maker, company_id, now=now)
    dropped = await queries.drop_empty_days(maker, before=(now - EMPTY_AFTER).astimezone(UTC).date())
    log.info("pings_tended", removed=removed, days_dropped=dropped)


async def _remove_or_report(maker: Sessions, company_id: UUID, *, now: datetime) -> int:
    """A failure in one company is logged. The next company is looked after all the same."""
    try:
        removed = await _remove_old(maker, company_id, now=now)
        removed += await _remove_of_shorter_consents(maker, company_id, now=now)
        await _remove_facts(maker, company_id, now=now)
        await _remove_signals(maker, company_id, now=now)
    except Exception as error:
        log.error("old_pings_not_removed", company_id=str(company_id), exc_info=error)
        return 0
    return removed


async def _remove_old(maker: Sessions, company_id: UUID, *, now: datetime) -> int:
    """What is older than the company keeps of anybody."""
    total = 0
    while True:
        async with transaction(maker, company_id) as session:
            before = now - timedelta(days=await get_kept_days(session, company_id))
            removed = await queries.remove_old(session, company_id, before=before, at_most=AT_ONCE)
            await forget_old_positions(session, company_id, before=before)
        total += removed
        if removed < AT_ONCE:
            return total


async def _remove_of_shorter_consents(maker: Sessions, company_id: UUID, *, now: datetime) -> int:
    """What is younger, and older than the words let it be kept to which its worker had agreed at that time."""
    async with transaction(maker, company_id) as session:
        kept_days = await get_kept_days(session, company_id)
        shorter = await find_shorter_consents(session, company_id, kept_days=kept_days)
        olds = [old for one in shorter if (old := _old_of(one, kept_days, now)) is not None]
        for worker_id, window in olds:
            await queries.forget_last(session, company_id, worker_id, *window)
            await forget_position(session, company_id, worker_id, since=window.since, until=window.until)
            await forget_facts_of_worker(session, company_id, worker_id, *window)
        with_pings = [one for one in olds if await _has_pings(session, company_id, one)]
    return sum([await _remove_by_the_day(maker, company_id, one) for one in with_pings])


def _old_of(consent: TrackingConsent, kept_days: int, now: datetime) -> _Old | None:
    since = max(consent.given_at, shifted(now, -timedelta(days=kept_days)))
    until = shifted(now, -timedelta(days=consent.kept_days))
    until = min(until, consent.withdrawn_at) if consent.withdrawn_at else until
    return _Old(consent.worker_id, Window(since, until)) if since < until else None


async def _has_pings(session: Session, company_id: UUID, old: _Old) -> bool:
    return bool(await queries.find_with_pings(session, company_id, old.worker_id, [old.window]))


async def _remove_by_the_day(maker: Sessions, company_id: UUID, old: _Old) -> int:
    removed, since = 0, old.window.since
    while since < old.window.until:
        until = min(since + SLICE, old.window.until)
        async with transaction(maker, company_id) as session:
            removed += await queries.remove_pings(session, old.worker_id, since, until)
        since = until
    return removed


async def _remove_facts(maker: Sessions, company_id: UUID, *, now: datetime) -> None:
    """What was derived of positions that are older than the company keeps of anybody."""
    while True:
        async with transaction(maker, company_id) as session:
            before = now - timedelta(days=await get_kept_days(session, company_id))
            if await forget_old_facts(session, company_id, before=before, at_most=AT_ONCE) < AT_ONCE:
                return


async def _remove_signals(maker: Sessions, company_id: UUID, *, now: datetime) -> None:
    """A stop signal goes with the positions it goes by, whether somebody has closed it or not."""
    while True:
        async with transaction(maker, company_id) as session:
            before = now - timedelta(days=await get_kept_days(session, company_id))
            if not await remove_old_signals(session, company_id, before=before, now=now):
                return
