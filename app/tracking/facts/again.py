"""Derives days again that are long over: the algorithm has a new version, or the company another shortest stop.

It is slow on purpose: what phones send today goes first. A day of which positions are gone by age keeps its facts.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from uuid import UUID

from app.db.session import create_engine, sessions, transaction
from app.db.wake import note
from app.db.work import Work, work_in
from app.tracking.facts import due
from app.tracking.facts.policies.day import ALGORITHM_VERSION
from app.tracking.facts.sweep import DERIVE_DAYS
from app.tracking.pings.queries import find_companies

APART = timedelta(seconds=1)
"""From one old day of a company to the next one."""


async def derive_days_again(
    work: Work, *, now: datetime, since: date | None = None, older_than: int | None = None
) -> int:
    """Let the days of a company be derived again, the newest first. Returns how many."""
    many = await due.derive_again(work, at=now, apart=APART, since=since, older_than=older_than)
    if many:
        work.notes.add(note(DERIVE_DAYS, work.company_id, now + APART))
    return many


async def derive_again_everywhere(
    database_url: str, *, now: datetime, since: date | None, every_version: bool
) -> AsyncIterator[tuple[UUID, int]]:
    """Each company with the number of its days that will be derived again. One transaction for each company.

    Without `every_version` these are days that an older version of the algorithm derived.
    """
    engine = create_engine(database_url, pool_size=1)
    older_than = None if every_version else ALGORITHM_VERSION
    try:
        maker = sessions(engine)
        for company_id in await find_companies(maker):
            async with transaction(maker, company_id) as session, work_in(session, company_id) as work:
                many = await derive_days_again(work, now=now, since=since, older_than=older_than)
            yield company_id, many
    finally:
        await engine.dispose()
