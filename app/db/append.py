"""Rows that are only ever added, and not read back by the transaction that adds them: history, news, audit.

They are collected and go out together before COMMIT: three tables cost one round trip instead of three.
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
    """Add rows when the transaction commits; the rows of one table name the same columns.

    Values are what PostgreSQL reads from JSON: a geography is its EWKT, bytes do not work. Inside a
    savepoint they are written at once, so that they are undone with it.
    """
    for row in rows:
        wake_for(session, table, row)
    if session.in_nested_transaction():
        await _write(session, {table: list(rows)})
    else:
        collected: Rows = session.info.setdefault(COLLECTED, {})
        collected.setdefault(table, []).extend(rows)


async def write_appended(session: AsyncSession) -> None:
    """Write what has been collected. `db.session.transaction` does this before COMMIT."""
    await _write(session, session.info.pop(COLLECTED, {}))


async def _write(session: AsyncSession, collected: Rows) -> None:
    rows = {table: new for table, new in collected.items() if new}
    if not rows:
        return
    await session.flush()  # what they refer to comes first
    shape = tuple((table, tuple(new[0])) for table, new in rows.items())
    await session.execute(_insert_all(shape), {table.name: new for table, new in rows.items()})


@cache
def _insert_all(tables: Sequence[tuple[Table, tuple[str, ...]]]) -> TextClause:
    """One statement for some tables and the columns named of each; its parameters are called like the tables."""
    inserts = ", ".join(_insert(table, ", ".join(columns)) for table, columns in tables)
    parameters = [bindparam(table.name, type_=JSONB) for table, _ in tables]
    return text(f"WITH {inserts} SELECT").bindparams(*parameters)


def _insert(table: Table, columns: str) -> str:
    return (
        f"_{table} AS (INSERT INTO {table} ({columns})"
        f" SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, :{table}))"
    )
