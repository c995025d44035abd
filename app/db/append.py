"""Rows that are only ever added: history, news, audit. The transaction that adds them does not read them back.

They are collected and written together before COMMIT: three tables cost one round trip instead of three.
"""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.changes import InsertMany
from app.db.wake import wake_for
from app.db.writing import write_changes

Rows = dict[Table, list[dict[str, Any]]]

COLLECTED = "append"


async def append(session: AsyncSession, table: Table, *rows: dict[str, Any]) -> None:
    """Add rows just before COMMIT. All rows of one table must have the same columns.

    Inside a savepoint the rows are written at once, so that a rollback to the savepoint removes them.
    """
    for row in rows:
        wake_for(session, table, row)
    if session.in_nested_transaction():
        await _write(session, {table: list(rows)})
    else:
        collected: Rows = session.info.setdefault(COLLECTED, {})
        collected.setdefault(table, []).extend(rows)


async def write_appended(session: AsyncSession) -> None:
    """Write the collected rows. `db.session.transaction` calls this before COMMIT."""
    await _write(session, session.info.pop(COLLECTED, {}))


async def _write(session: AsyncSession, collected: Rows) -> None:
    changes = [InsertMany(table.name, rows) for table, rows in collected.items() if rows]
    if not changes:
        return
    await session.flush()  # the rows that these refer to must exist first
    pooled = await (await session.connection()).get_raw_connection()
    await write_changes(pooled.driver_connection, changes)
