"""Works out every client of a company anew, for the administrator: by the same code as everything else.

What is stored must be what comes out. A difference is written like any other change of the past, and counted.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import datetime
from itertools import pairwise
from multiprocessing import get_context
from typing import NamedTuple
from uuid import UUID

from app.crm.statuses import queries
from app.crm.statuses.service import read_by_what, settle_clients
from app.db.session import Sessions, create_engine, sessions
from app.db.work import begin_work

AT_ONCE = 1000
"""Clients of one transaction: as many as fit into little memory."""
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


class Part(NamedTuple):
    """A part of the base: clients whose ids lie in (after, last]."""

    company_id: UUID
    after: UUID = FIRST
    last: UUID = LAST


class Rebuilt(NamedTuple):
    clients: int
    changed: int
    """Clients with another status than was stored."""


async def rebuild_part(maker: Sessions, part: Part, *, now: datetime) -> Rebuilt:
    """Batch by batch, each in a transaction of its own: ordinary work goes on meanwhile, and a kill loses one batch."""
    total, changed, after = 0, 0, part.after
    while True:
        async with begin_work(maker, part.company_id, planned_once=False) as work:
            batch = await queries.find_cards_after(work, after, part.last, at_most=AT_ONCE)
            if not batch:
                return Rebuilt(total, changed)
            by = await read_by_what(work, now=now, is_silent=True)
            changed += await settle_clients(work, batch, by)
        total, after = total + len(batch), batch[-1]


async def find_parts(database_url: str, *, company_id: UUID | None, parts: int) -> list[Part]:
    """All companies, or one, each cut into parts of about the same size."""
    engine = create_engine(database_url, pool_size=1)
    try:
        maker = sessions(engine)
        companies = [company_id] if company_id else await queries.find_companies(maker)
        return [part for one in companies for part in await _cut(maker, one, parts)]
    finally:
        await engine.dispose()


async def _cut(maker: Sessions, company_id: UUID, parts: int) -> list[Part]:
    async with begin_work(maker, company_id, planned_once=False) as work:
        inner = await queries.find_cuts(work, parts)
    bounds = [FIRST, *inner, LAST]
    return [Part(company_id, after, last) for after, last in pairwise(bounds)]


async def _rebuild_in_process(database_url: str, part: Part, now: datetime) -> Rebuilt:
    engine = create_engine(database_url, pool_size=1)
    try:
        return await rebuild_part(sessions(engine), part, now=now)
    finally:
        await engine.dispose()


def _run(database_url: str, part: Part, now: datetime) -> Rebuilt:
    return asyncio.run(_rebuild_in_process(database_url, part, now))


def rebuild(
    database_url: str, *, company_id: UUID | None, processes: int, now: datetime
) -> Iterator[tuple[Part, Rebuilt]]:
    """Each part as soon as it is done. Every process has a connection of its own."""
    parts = asyncio.run(find_parts(database_url, company_id=company_id, parts=processes))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(_run, database_url, part, now): part for part in parts}
        for done in as_completed(running):
            yield running[done], done.result()
