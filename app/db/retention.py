"""Removes old rows about once an hour, company by company, some at a time.

This must not slow down requests. It has no index of its own, and it is not a sweep: it looks for old
rows itself, so `due_work` need not look for them.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, Table, delete, false, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.core.clock import Clock
from app.core.ids import lowest_id_at
from app.db.session import Session, Sessions, transaction

log = structlog.get_logger(__name__)

AT_ONCE = 1000
"""How many rows one transaction removes at most."""
FIRST_AFTER_S = 30.0
AGAIN_AFTER_S = 3600.0


class Kept(NamedTuple):
    """How long rows of one table are kept. The database function `find_companies_with_old` lists the same tables."""

    since: InstrumentedAttribute[Any]
    """The column with the start of the time. While it is null the row is kept."""
    at_least: timedelta
    spared: ColumnElement[bool] = false()
    """Rows that are kept although they are old."""
    together_with: InstrumentedAttribute[Any] | None = None
    """A column of another table that holds the id of a removed row. Those rows are removed with it."""

    @property
    def table(self) -> Table:
        return cast(Table, self.since.class_.__table__)


async def remove_old_rows_forever(maker: Sessions, kept: Sequence[Kept], clock: Clock) -> None:
    """Several processes may run this at the same time. A failure is tried again an hour later."""
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        for one in kept:
            await _remove_or_report(maker, one, now=clock.now())
        await asyncio.sleep(AGAIN_AFTER_S)


async def _remove_or_report(maker: Sessions, kept: Kept, *, now: datetime) -> None:
    try:
        removed = await remove_old_rows(maker, kept, now=now)
    except Exception as error:
        log.warning("old_rows_not_removed", table=kept.table.name, exc_info=error)
    else:
        log.info("old_rows_removed", table=kept.table.name, rows=removed)


async def remove_old_rows(maker: Sessions, kept: Kept, *, now: datetime) -> int:
    """Remove the old rows of every company. Returns how many there were.

    One look may not find every company if there are very many old rows. So it looks again until
    nothing is removed.
    """
    before, total = now - kept.at_least, 0
    while removed := [
        await _remove_of_company(maker, kept, company_id, before)
        for company_id in await _find_companies(maker, kept, before)
    ]:
        total += sum(removed)
        if not any(removed):
            break
    return total


FIND_COMPANIES = text("SELECT company_id FROM find_companies_with_old(:table_name, :before, :before_id)")


async def _find_companies(maker: Sessions, kept: Kept, before: datetime) -> Sequence[UUID]:
    """Look across companies by a database function that returns only company ids."""
    asked = {"table_name": kept.table.name, "before": before, "before_id": lowest_id_at(before)}
    async with transaction(maker, None) as session:
        return (await session.scalars(FIND_COMPANIES, asked)).all()


async def _remove_of_company(maker: Sessions, kept: Kept, company_id: UUID, before: datetime) -> int:
    """A failure in one company is logged. The next company is cleaned all the same."""
    total = 0
    try:
        while True:
            async with transaction(maker, company_id) as session:
                removed = await _remove_some(session, kept, company_id, before)
            total += removed
            if removed < AT_ONCE:
                return total
    except Exception as error:
        log.error("old_rows_not_removed", table=kept.table.name, company_id=str(company_id), exc_info=error)
        return total


async def _remove_some(session: Session, kept: Kept, company_id: UUID, before: datetime) -> int:
    table = kept.table
    claimed = _oldest(kept, company_id, before).cte("claimed")
    removed = await session.execute(
        delete(table)
        .where(table.c.company_id == company_id, tuple_(*_key(table)).in_(select(claimed)))
        .returning(*_key(table))
    )
    keys = removed.all()
    if kept.together_with is not None:
        company = kept.together_with.class_.company_id
        named = kept.together_with.in_([key.id for key in keys])
        await session.execute(delete(kept.together_with.class_).where(company == company_id, named))
    return len(keys)


def _oldest(kept: Kept, company_id: UUID, before: datetime) -> Select[Any]:
    """Find the oldest rows. Ids are in the order of time, so the primary key finds old rows quickly."""
    table = kept.table
    is_old = [table.c.company_id == company_id, kept.since < before]
    if "id" in table.c:
        is_old.append(table.c.id < lowest_id_at(before))
    return (
        select(*_key(table))
        .where(*is_old, ~kept.spared)
        .order_by(table.c.id if "id" in table.c else kept.since)
        .limit(AT_ONCE)
        .with_for_update(of=table, skip_locked=True)
    )


def _key(table: Table) -> list[ColumnElement[Any]]:
    """The primary key without the company, which queries compare separately."""
    return [column for column in table.primary_key if column.name != "company_id"]
