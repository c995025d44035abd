"""Builds one statement from all changes of a transaction. Statements are cached by the shape of the changes.

Each change is a data-modifying CTE. The statement returns how many rows each update, delete and guarded
insert changed. So one round trip writes everything and shows whether a row was still as it was read.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import ARRAY, CTE, ColumnElement, Table, bindparam, func, null, select
from sqlalchemy import delete as sql_delete
from sqlalchemy import update as sql_update
from sqlalchemy.dialects.postgresql import insert as sql_insert

from app.core.changes import Change, Delete, Insert, InsertMany, Row, Update
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


class Statement(NamedTuple):
    compiled: Compiled
    counted: list[int]
    """Places of the changes whose rows are counted, in the order of the statement's columns."""


async def write_changes(
    connection: "asyncpg.Connection", changes: Sequence[Change], company_id: UUID | None = None
) -> list[tuple[Change, int]]:
    """Write them with one statement; those whose rows are counted, with how many there were.

    `company_id` is of the rows that do not name it themselves, and of all that are updated or deleted.
    """
    statement = statement_for(tuple(shape_of(change) for change in changes))
    values = {"company": company_id} | values_of(changes)
    compiled = statement.compiled
    counts = await connection.fetchrow(compiled.sql, *compiled.arguments(values))
    return [(changes[place], count) for place, count in zip(statement.counted, counts, strict=False)]


def shape_of(change: Change) -> Shape:
    match change:
        case Insert(table, row, if_taken, once):
            return Shape(Insert, table, tuple(row), skips_known=once or if_taken is not None)
        case InsertMany(table, rows, once):
            return Shape(InsertMany, table, tuple(rows[0]), skips_known=once, rows=len(rows))
        case Update(table, where, to, _):
            return Shape(Update, table, tuple(to), _conditions(where))
        case Delete(table, where):
            return Shape(Delete, table, (), _conditions(where))


def _conditions(where: Any) -> tuple[tuple[str, str], ...]:
    return tuple((column, _comparison(value)) for column, value in where.items())


def _comparison(value: Any) -> str:
    return "null" if value is None else "any" if isinstance(value, list) else "="


def values_of(changes: Sequence[Change]) -> dict[str, Any]:
    """The parameters of `statement_for`, named by place and column."""
    values: dict[str, Any] = {}
    for place, change in enumerate(changes):
        for n, row in enumerate(rows_of(change)):
            values |= {_parameter(place, n, column): value for column, value in row.items()}
        if isinstance(change, Update | Delete):
            values |= {f"{place}_is_{column}": value for column, value in change.where.items()}
    return values


def rows_of(change: Change) -> Sequence[Row]:
    """The rows that a change writes, as values by column."""
    match change:
        case Insert():
            return [change.row]
        case InsertMany():
            return change.rows
        case Update():
            return [change.to]
        case Delete():
            return []


def _parameter(place: int, row: int, column: str) -> str:
    return f"{place}_{row}_{column}"


@lru_cache(maxsize=2000)
def statement_for(shapes: tuple[Shape, ...]) -> Statement:
    """Build the statement. Counted changes run first, in their order, then the inserts that are not counted.

    PostgreSQL runs a data-modifying CTE when the SELECT first reads it, and at the end those that
    nothing reads. Citus runs them as they are written, so they are written in the same order.
    """
    parts = [_part(place, shape) for place, shape in enumerate(shapes)]
    counted = [place for place, shape in enumerate(shapes) if _is_counted(shape)]
    counts: list[ColumnElement[Any]] = [
        select(func.count()).select_from(parts[place]).scalar_subquery() for place in counted
    ]
    first = [parts[place] for place in counted]
    plain = [part for place, part in enumerate(parts) if place not in counted]
    return Statement(Compiled(select(*counts or [null()]).add_cte(*first, *plain)), counted)


def _is_counted(shape: Shape) -> bool:
    return shape.kind in (Update, Delete) or (shape.kind is Insert and shape.skips_known)


def _part(place: int, shape: Shape) -> CTE:
    table = Base.metadata.tables[shape.table]
    company = bindparam("company", type_=table.c.company_id.type)
    rows = [
        {name: bindparam(_parameter(place, n, name), type_=table.c[name].type) for name in shape.columns}
        for n in range(shape.rows)
    ]
    values = rows[0]
    if shape.kind in (Insert, InsertMany):
        insert = sql_insert(table).values([{"company_id": company} | row for row in rows])
        if not shape.skips_known:
            return insert.cte(f"_{place}")
        return insert.on_conflict_do_nothing().returning(table.c.company_id).cte(f"_{place}")
    conditions = [table.c.company_id == company, *(_condition(table, place, *one) for one in shape.where)]
    if shape.kind is Update:
        return (
            sql_update(table).where(*conditions).values(values).returning(table.c.company_id).cte(f"_{place}")
        )
    return sql_delete(table).where(*conditions).returning(table.c.company_id).cte(f"_{place}")


def _condition(table: Table, place: int, name: str, comparison: str) -> ColumnElement[bool]:
    column, parameter = table.c[name], f"{place}_is_{name}"
    match comparison:
        case "null":
            return column.is_(None)
        case "any":
            return column == func.any(bindparam(parameter, type_=ARRAY(column.type)))
        case _:
            return column == bindparam(parameter, type_=column.type)
