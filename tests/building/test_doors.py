"""A module hands out values at its door. Nobody else changes its rows, and nobody else writes its tables."""

import ast
import re
from collections.abc import Iterator
from inspect import get_annotations
from types import FunctionType, ModuleType
from typing import Any, cast, get_args, get_type_hints

import sqlalchemy
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from app.core import changes
from app.db.base import Base
from tests.building.source import meaning_of, modules, tree_of, where

DOOR = re.compile(r"app\.(\w+)\.api")
TABLES = re.compile(r"app\.\w+\.tables")
MAY_READ_TABLES = re.compile(r"app\.\w+(\.\w+)?\.queries|app\.schema")

BY_CLASS = (sqlalchemy.insert, sqlalchemy.update, sqlalchemy.delete, postgresql.insert)
BY_NAME = (changes.Insert, changes.InsertMany, changes.Update, changes.Delete)
WRITTEN_SQL = re.compile(r"\b(?:INSERT INTO|DELETE FROM)\s+(\w+)|\bUPDATE\s+(\w+)\s+SET\b", re.IGNORECASE)


def is_row(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, Base)


def rows_in(hint: Any, seen: frozenset[Any] = frozenset()) -> Iterator[type[Base]]:
    """The mapped classes that an annotation names, also inside generics and in the fields of a value."""
    if is_row(hint):
        yield hint
    elif isinstance(hint, type) and hint.__module__.startswith("app.") and hint not in seen:
        for field in get_type_hints(hint).values():
            yield from rows_in(field, seen | {hint})
    for inner in get_args(hint):
        yield from rows_in(inner, seen)


def rows_of_function(function: FunctionType) -> Iterator[type[Base]]:
    """What it takes and returns. A hint written as text is looked up if it is one name."""
    for hint in get_annotations(function).values():
        yield from rows_in(function.__globals__.get(hint) if isinstance(hint, str) else hint)


def owner_of(thing: type[Base] | ModuleType) -> str:
    """`dispatch` for `app.dispatch.visits.models`; the modules that put everything together own nothing."""
    name = thing.__name__ if isinstance(thing, ModuleType) else thing.__module__
    return name.split(".")[1] if name.count(".") > 1 else ""


def test_a_door_hands_out_values_and_no_rows():
    """The constructor `of` of a value may take the row that the value is made from."""
    doors = [module for module in modules() if DOOR.fullmatch(module.__name__)]
    found = [
        f"{door.__name__}.{name}: {row.__name__}"
        for door in doors
        for name in door.__all__
        for thing in [getattr(door, name)]
        for row in (rows_of_function(thing) if isinstance(thing, FunctionType) else rows_in(thing))
    ]

    assert doors != []
    assert found == []


def fetched_by(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Door and name, for everything this module takes from a door: `from … import name`, `door.name`."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.ImportFrom) and DOOR.fullmatch(node.module or ""):
            yield from ((str(node.module), alias.name) for alias in node.names)
        elif isinstance(node, ast.Attribute):
            what = meaning_of(node.value, module)
            if isinstance(what, ModuleType) and DOOR.fullmatch(what.__name__):
                yield what.__name__, node.attr


def test_every_name_on_a_door_is_fetched_by_another_module():
    doors = [module for module in modules() if DOOR.fullmatch(module.__name__)]
    fetched = {found for module in modules() for found in fetched_by(module)}

    on_doors = {(door.__name__, name) for door in doors for name in door.__all__}
    assert on_doors - fetched == set()


def test_no_function_takes_or_returns_rows_of_another_module():
    """A query reads tables of modules below, and makes values of what it finds."""
    with_a_door = {door[1] for module in modules() if (door := DOOR.fullmatch(module.__name__))}
    found = [
        f"{module.__name__}.{name}: {row.__name__}"
        for module in modules()
        for name, thing in vars(module).items()
        if isinstance(thing, FunctionType) and thing.__module__ == module.__name__
        for row in rows_of_function(thing)
        if owner_of(row) in with_a_door - {owner_of(module)}
    ]

    assert found == []


def test_only_queries_read_the_tables_of_another_module():
    found = [
        where(module, node)
        for module in modules()
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ImportFrom)
        and TABLES.fullmatch(node.module or "")
        and not MAY_READ_TABLES.fullmatch(module.__name__)
    ]

    assert found == []


def tables_written(module: ModuleType, node: ast.AST) -> Iterator[str]:
    """The tables that a call, or a text of SQL, writes. To call a mapped class is to make a new row."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        for inserted, updated in WRITTEN_SQL.findall(node.value):
            yield inserted or updated
    if not isinstance(node, ast.Call):
        return
    what = meaning_of(node.func, module)
    if is_row(what):
        yield what.__tablename__
    elif what in BY_CLASS or what in BY_NAME:
        yield from tables_named(module, node.args[:1])


def tables_named(module: ModuleType, arguments: list[ast.expr]) -> Iterator[str]:
    """`visit` for `Visit`, for `VISITS = Visit.__table__`, for `cast(Table, Visit.__table__)` and for "visit"."""
    for argument in arguments:
        for part in ast.walk(argument):
            meant = meaning_of(part, module) if isinstance(part, ast.expr) else None
            if is_row(meant):
                yield meant.__tablename__
            elif isinstance(meant, Table):
                yield meant.name
            elif isinstance(meant, str):
                yield meant


def test_nobody_writes_a_table_of_another_module():
    """Whoever wants something changed there calls a function of the owner."""
    modules()
    owners = {cast(Table, one.local_table).name: owner_of(one.class_) for one in Base.registry.mappers}
    written = [
        (table, module, node)
        for module in modules()
        for node in ast.walk(tree_of(module))
        for table in tables_written(module, node)
        if table in owners
    ]

    assert {owners[table] for table, _, _ in written} >= {"dispatch", "orders", "notifications", "workforce"}
    assert [
        f"{where(module, node)}: {table}"
        for table, module, node in written
        if owner_of(module) not in (owners[table], "")
    ] == []
