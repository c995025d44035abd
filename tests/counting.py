"""Counts the statements of a request: a list must not send one more statement for each row."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.query import Compiled

ASKED_ONCE = ("PREPARE ", "typeinfo_tree", "set_config('jit'")
"""Parts of statements that prepare a lock, and of those by which asyncpg learns of types."""


@contextmanager
def statements_of(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements sent while it is open, SET LOCAL and savepoints left out."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SET LOCAL", "SAVEPOINT", "RELEASE")):
            sent.append(statement)

    def note_compiled(compiled: Compiled, values: Iterable[Any]) -> list[Any]:
        """What goes to asyncpg without SQLAlchemy (`app.db.work`)."""
        sent.append(compiled.sql)
        return in_order(compiled, values)

    in_order = Compiled.in_order
    event.listen(engine.sync_engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Compiled, "in_order", note_compiled)
        yield sent
    event.remove(engine.sync_engine, "before_cursor_execute", note)


@contextmanager
def asyncpg_statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """The same below SQLAlchemy, for commands: everything that is sent, BEGIN and COMMIT too, of
    connections that are taken from the pool while it is open. What a connection prepares or asks once is left out."""
    sent: list[str] = []
    watched: list[Any] = []

    def note(record: Any) -> None:
        if not any(one in record.query for one in ASKED_ONCE):
            sent.append(record.query)

    def watch(pooled: Any, *_: Any) -> None:
        pooled.driver_connection.add_query_logger(note)
        watched.append(pooled.driver_connection)

    event.listen(engine.sync_engine, "checkout", watch)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "checkout", watch)
        for connection in watched:
            connection.remove_query_logger(note)
