"""SELECTs of the hot path: compiled once for asyncpg, answered as typed values.

An AsyncSession costs several times what the statement itself costs (benchmarks/README.md), so commands
that run often read through these. They are written with SQLAlchemy like all other SQL, in `queries`.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

import asyncpg
from sqlalchemy import ARRAY, BindParameter, Select, Update
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeEngine

R = TypeVar("R")

DIALECT = create_async_engine("postgresql+asyncpg://").dialect
"""How SQLAlchemy writes for asyncpg. Nothing is ever connected by this engine."""


FLOAT8 = 701
"""The type that SQLAlchemy is told numbers have: all of ours that are not whole are float8."""


class Compiled:
    """A statement as asyncpg takes it: `$1, $2, …` in the order of `names`."""

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=DIALECT)  # type: ignore[attr-defined]  # every Executable of ours has it
        self.sql: str = compiled.string
        if "POSTCOMPILE" in self.sql:
            raise ValueError(f"a list has no fixed number of parameters: use `= ANY(…)` in {self.sql}")
        self.names: list[str] = list(compiled.positiontup or ())
        self._binds: dict[str, BindParameter[Any]] = compiled.binds
        self._processors = {name: self._processor(name) for name in self.names}

    def _processor(self, name: str) -> Callable[[Any], Any] | None:
        return self._binds[name].type.dialect_impl(DIALECT).bind_processor(DIALECT)

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """In the order of the statement. Constants of the statement itself need no value."""
        given = []
        for name in self.names:
            value = values[name] if name in values else self._binds[name].value
            process = self._processors[name]
            given.append(process(value) if process else value)
        return given


def _result_processor(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """None where asyncpg's own value will do: SQLAlchemy would copy each list item by item."""
    if isinstance(kind, ARRAY) and _result_processor(kind.item_type) is None:
        return None
    return kind.dialect_impl(DIALECT).result_processor(DIALECT, FLOAT8)


class Query(Generic[R]):
    """`row` makes a typed value from the columns, in their order. An UPDATE answers what it RETURNs."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Update, row: Callable[..., R]) -> None:
        self._statement = statement
        self._row = row

    @cached_property
    def compiled(self) -> Compiled:
        return Compiled(self._statement)

    @cached_property
    def _processors(self) -> list[tuple[int, Callable[[Any], Any]]]:
        found = [
            (place, _result_processor(column.type))
            for place, column in enumerate(self._statement.exported_columns)
        ]
        return [(place, process) for place, process in found if process]

    def read(self, record: Sequence[Any]) -> R:
        if not self._processors:
            return self._row(*record)
        values = list(record)
        for place, process in self._processors:
            values[place] = process(values[place])
        return self._row(*values)

    async def one(self, connection: "asyncpg.Connection", values: dict[str, Any]) -> R | None:
        record = await connection.fetchrow(self.compiled.sql, *self.compiled.arguments(values))
        return None if record is None else self.read(record)

    async def all(self, connection: "asyncpg.Connection", values: dict[str, Any]) -> list[R]:
        records = await connection.fetch(self.compiled.sql, *self.compiled.arguments(values))
        return [self.read(record) for record in records]
