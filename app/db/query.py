"""SELECTs for commands that run often: compiled once for asyncpg, with typed values as results.

An AsyncSession costs several times as much as the statement itself (benchmarks/README.md). These
statements are written with SQLAlchemy like all other SQL, in `queries`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

import asyncpg
from sqlalchemy import ARRAY, BindParameter, Select, Update
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeEngine

from app.db.base import JSON_BY_MSGSPEC

R = TypeVar("R")

DIALECT = create_async_engine("postgresql+asyncpg://", **JSON_BY_MSGSPEC).dialect
"""SQLAlchemy's dialect for asyncpg. The engine itself never connects."""


FLOAT8 = 701
"""PostgreSQL's type id of float8. Every column of ours with a fraction has this type."""


class Compiled:
    """A statement in the form that asyncpg needs: `$1, $2, …` in the order of `names`."""

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=DIALECT)  # type: ignore[attr-defined]  # every Executable we use has it
        self.sql: str = compiled.string
        if "POSTCOMPILE" in self.sql:
            raise ValueError(f"a list has no fixed number of parameters: use `= ANY(…)` in {self.sql}")
        self.names: list[str] = list(compiled.positiontup or ())
        self._binds: dict[str, BindParameter[Any]] = compiled.binds
        self._processors = [self._processor(name) for name in self.names]

    def _processor(self, name: str) -> Callable[[Any], Any] | None:
        return self._binds[name].type.dialect_impl(DIALECT).bind_processor(DIALECT)

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """The parameters in the order of the statement. Constants inside the statement need no value."""
        return self.in_order(
            values[name] if name in values else self._binds[name].value for name in self.names
        )

    def in_order(self, values: Iterable[Any]) -> list[Any]:
        """The parameters for asyncpg. `values` come in the order of `names`."""
        return [
            process(value) if process else value
            for value, process in zip(values, self._processors, strict=True)
        ]


def _result_processor(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """None if asyncpg's value can be used as it is. SQLAlchemy would copy each list item by item."""
    if isinstance(kind, ARRAY) and _result_processor(kind.item_type) is None:
        return None
    return kind.dialect_impl(DIALECT).result_processor(DIALECT, FLOAT8)


class Query(Generic[R]):
    """A SELECT, or an UPDATE with RETURNING. `row` makes a typed value from the columns, in their order."""

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
