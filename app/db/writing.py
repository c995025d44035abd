"""Builds one statement from all changes of a transaction. Statements are cached by the shape of the changes.

Each change is a data-modifying CTE. The statement returns how many rows each update, delete and guarded
insert changed. So one round trip writes everything and shows whether a row was still as it was read.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ARRAY,
    CTE,
    BindParameter,
    ColumnElement,
    DateTime,
    Table,
    bindparam,
    func,
    null,
    select,
)
from sqlalchemy import delete as sql_delete
from sqlalchemy import update as sql_update
from sqlalchemy.dialects.postgresql import insert as sql_insert
from sqlalchemy.types import TypeEngine

from app.core.changes import Change, Cut, Delete, Insert, InsertMany, Row, Update
from app.db.base import Base
from app.db.query import Compiled


class Shape(NamedTuple):
    """The part of a change that decides the text of its statement. Values are parameters."""

    kind: type[Change]
    table: str
    columns: tuple[str, ...]
    where: tuple[tuple[str, str], ...] = ()
    """Each column with its comparison: `=`, `any` or `null`."""
    skips_known: bool = False
    rows: int = 1
    """How many rows are inserted."""


class Source(NamedTuple):
    """Where the value of a parameter comes from."""

    place: int
    """The change."""
    row: int | None
    """One of the rows that it writes. None: its `where`."""
    column: str


class Statement(NamedTuple):
    compiled: Compiled
    sources: list[Source | None]
    """For each parameter, in their order. None is the company."""
    counted: list[int]
    """Places of the changes whose rows are counted, in the order of the statement's columns."""


MOST_PARAMETERS = 1_000
"""Of one statement. PostgreSQL takes 32,767, but to build a statement of 8,000 takes seconds. Portions of many rows
have the same shape, so their statement is built once."""


async def write_changes(
    connection: "asyncpg.Connection", changes: Sequence[Change], company_id: UUID | None = None
) -> list[tuple[Change, int]]:
    """Write them with one statement, or with several if there are very many values.

    Returns the changes whose rows are counted, with how many there were. `company_id` is of the rows that do not name
    it themselves, and of all that are updated or deleted.
    """
    counted: list[tuple[Change, int]] = []
    for portion in portions_of(changes):
        counted += await _write(connection, portion, company_id)
    return counted


def portions_of(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """The same changes in the same order, with at most MOST_PARAMETERS values in each portion."""
    portion: list[Change] = []
    size = 0
    for change in _in_pieces(changes):
        more = _parameters(change)
        if portion and size + more > MOST_PARAMETERS:
            yield portion
            portion, size = [], 0
        portion.append(change)
        size += more
    if portion:
        yield portion


def _in_pieces(changes: Sequence[Change]) -> Iterator[Change]:
    for change in changes:
        if isinstance(change, InsertMany) and _parameters(change) > MOST_PARAMETERS:
            rows = MOST_PARAMETERS // len(change.rows[0])
            for first in range(0, len(change.rows), rows):
                yield change._replace(rows=change.rows[first : first + rows])
        else:
            yield change


def _parameters(change: Change) -> int:
    compared = 0 if isinstance(change, Insert | InsertMany) else len(change.where)
    return sum(map(len, rows_of(change))) + compared


async def _write(
    connection: "asyncpg.Connection", changes: Sequence[Change], company_id: UUID | None
) -> list[tuple[Change, int]]:
    statement = statement_for(tuple(shape_of(change) for change in changes))
    arguments = statement.compiled.in_order(_values(statement.sources, changes, company_id))
    counts = await connection.fetchrow(statement.compiled.sql, *arguments)
    return [(changes[place], count) for place, count in zip(statement.counted, counts, strict=False)]


def _values(
    sources: Sequence[Source | None], changes: Sequence[Any], company_id: UUID | None
) -> Iterator[Any]:
    rows = [rows_of(change) for change in changes]
    for source in sources:
        if source is None:
            yield company_id
        elif source.row is None:
            yield changes[source.place].where[source.column]
        else:
            yield rows[source.place][source.row][source.column]


def shape_of(change: Change) -> Shape:
    match change:
        case Insert(table, row, if_taken, once):
            return Shape(Insert, table, tuple(row), skips_known=once or if_taken is not None)
        case InsertMany(table, rows, once):
            return Shape(InsertMany, table, tuple(rows[0]), skips_known=once, rows=len(rows))
        case Update(table, where, to, _):
            return Shape(Update, table, tuple(to), _conditions(where))
        case Cut(table, where, column, _):
            return Shape(Cut, table, (column,), _conditions(where))
        case Delete(table, where):
            return Shape(Delete, table, (), _conditions(where))


def _conditions(where: Any) -> tuple[tuple[str, str], ...]:
    return tuple((column, _comparison(value)) for column, value in where.items())


def _comparison(value: Any) -> str:
    return "null" if value is None else "any" if isinstance(value, list) else "="


def rows_of(change: Change) -> Sequence[Row]:
    """The rows that a change writes, as values by column."""
    match change:
        case Insert():
            return [change.row]
        case InsertMany():
            return change.rows
        case Update():
            return [change.to]
        case Cut():
            return [{change.column: change.since}]
        case Delete():
            return []


@lru_cache(maxsize=2000)
def statement_for(shapes: tuple[Shape, ...]) -> Statement:
    """Build the statement. Counted changes run first, in their order, then the inserts that are not counted.

    PostgreSQL runs a data-modifying CTE when the SELECT first reads it, and at the end those that
    nothing reads. Citus runs them as they are written, so they are written in the same order.
    """
    sources: dict[str, Source] = {}
    parts = [_part(place, shape, sources) for place, shape in enumerate(shapes)]
    counted = [place for place, shape in enumerate(shapes) if _is_counted(shape)]
    counts: list[ColumnElement[Any]] = [
        select(func.count()).select_from(parts[place]).scalar_subquery() for place in counted
    ]
    first = [parts[place] for place in counted]
    plain = [part for place, part in enumerate(parts) if place not in counted]
    compiled = Compiled(select(*counts or [null()]).add_cte(*first, *plain))
    return Statement(compiled, [sources.get(name) for name in compiled.names], counted)


def _is_counted(shape: Shape) -> bool:
    return shape.kind in (Update, Delete) or (shape.kind is Insert and shape.skips_known)


def _part(place: int, shape: Shape, sources: dict[str, Source]) -> CTE:
    """The CTE of a change. It adds its parameters to `sources`."""
    table = Base.metadata.tables[shape.table]

    def bind(row: int | None, column: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
        name = f"{place}_{'is' if row is None else row}_{column}"
        sources[name] = Source(place, row, column)
        return bindparam(name, type_=kind)

    company = bindparam("company", type_=table.c.company_id.type)
    rows = [
        {column: bind(row, column, _type_of(shape, table.c[column].type)) for column in shape.columns}
        for row in range(shape.rows)
    ]
    if shape.kind in (Insert, InsertMany):
        insert = sql_insert(table).values([{"company_id": company} | row for row in rows])
        if not shape.skips_known:
            return insert.cte(f"_{place}")
        return insert.on_conflict_do_nothing().returning(table.c.company_id).cte(f"_{place}")
    conditions = [table.c.company_id == company]
    for column, comparison in shape.where:
        compared, kind = table.c[column], table.c[column].type
        match comparison:
            case "null":
                conditions.append(compared.is_(None))
            case "any":
                conditions.append(compared == func.any(bind(None, column, ARRAY(kind))))
            case _:
                conditions.append(compared == bind(None, column, kind))
    change = (
        sql_delete(table) if shape.kind is Delete else sql_update(table).values(_new(shape, table, rows[0]))
    )
    return change.where(*conditions).returning(table.c.company_id).cte(f"_{place}")


def _type_of(shape: Shape, kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of a parameter: that of its column, but a period is cut at a time."""
    return DateTime(timezone=True) if shape.kind is Cut else kind


def _new(shape: Shape, table: Table, row: dict[str, BindParameter[Any]]) -> dict[str, ColumnElement[Any]]:
    if shape.kind is Cut:
        return {name: table.c[name] * func.tstzrange(null(), until) for name, until in row.items()}
    return dict(row)
