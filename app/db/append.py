"""Rows that are only ever added: history, news, audit. The transaction that adds them does not read them back.

They are collected and written together before COMMIT: three tables cost one round trip instead of three.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.wake import wake_for

Rows = dict[Table, list[dict[str, Any]]]

COLLECTED = "append"


async def append(session: AsyncSession, table: Table, *rows: dict[str, Any]) -> None:
    """Add rows just before COMMIT. All rows of one table must have the same columns.

    PostgreSQL reads the values from JSON: a geography is its EWKT, and bytes do not work. Inside a
    savepoint the rows are written at once, so that a rollback to the savepoint removes them.
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
    rows = {table: new for table, new in collected.items() if new}
    if not rows:
        return
    await session.flush()  # the rows that these refer to must exist first
    shape = tuple((table, tuple(new[0])) for table, new in rows.items())
    await session.execute(_insert_all(shape), {table.name: new for table, new in rows.items()})


@cache
def _insert_all(tables: Sequence[tuple[Table, tuple[str, ...]]]) -> TextClause:
    """One INSERT statement for several tables, each with its columns. Each parameter has the name of its table."""
    inserts = ", ".join(_insert(table, ", ".join(columns)) for table, columns in tables)
    parameters = [bindparam(table.name, type_=JSONB) for table, _ in tables]
    return text(f"WITH {inserts} SELECT").bindparams(*parameters)


def _insert(table: Table, columns: str) -> str:
    return (
        f"_{table} AS (INSERT INTO {table} ({columns})"
        f" SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, :{table}))"
    )
