"""Reads from the code which refusals a route can answer, so that no route forgets one (`test_refusals`)."""

import dis
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from app.core.errors import DomainError
from app.field.commands.kinds import Kind

Refusal = type[DomainError]


def refusals_in_code(function: Any) -> set[Refusal]:
    """Every `DomainError` named by this function or by a function of ours that it names, and so on.

    A table of functions, like `EDITORS`, names all of them. Names in an `except` do not count. Code that is reached
    only through a method of an object is not seen; our services and queries are plain functions.
    """
    found: set[Refusal] = set()
    waiting, seen = [inspect.unwrap(function)], set()
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        refusals, functions = _named_in(one)
        found |= refusals
        waiting += functions
    return found


def _parts_of(kind: Kind[Any, Any]) -> list[FunctionType]:
    """What a kind of command runs."""
    parts = (kind.prepare, kind.handler, kind.retell)
    return [one for one in parts if inspect.isfunction(one)]


def _in_table(table: Mapping[Any, Any]) -> list[FunctionType]:
    """The functions that a table holds, each alone or several in a tuple. A `Kind` of a table is not called there."""
    values = [one for one in table.values() if not isinstance(one, Kind)]
    parts = [part for one in values for part in (one if isinstance(one, tuple) else (one,))]
    return [one for one in parts if inspect.isfunction(one)]


@cache
def _named_in(function: FunctionType) -> tuple[frozenset[Refusal], tuple[FunctionType, ...]]:
    named = [one for code in _codes(function.__code__) for one in _globals_named(code, function.__globals__)]
    refusals = frozenset(one for one in named if inspect.isclass(one) and issubclass(one, DomainError))
    functions = [inspect.unwrap(one) for one in named if inspect.isfunction(one)]
    functions += [one for kind in named if isinstance(kind, Kind) for one in _parts_of(kind)]
    functions += [
        inspect.unwrap(one) for table in named if isinstance(table, Mapping) for one in _in_table(table)
    ]
    return refusals - {DomainError}, tuple(one for one in functions if one.__module__.startswith("app."))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A function's code and that of the functions and comprehensions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _globals_named(code: CodeType, names: dict[str, Any]) -> Iterator[Any]:
    """What `VisitNotFound` or `service.offer_visit` in this code stand for, those in an `except` left out."""
    pending: list[Any] = []
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL":
            pending.append(names.get(step.argval))
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and pending and inspect.ismodule(pending[-1]):
            pending[-1] = getattr(pending[-1], step.argval, None)
        elif step.opname == "CHECK_EXC_MATCH":
            pending.clear()
        elif step.opname not in ("BUILD_TUPLE", "CACHE"):
            yield from pending
            pending.clear()
    yield from pending
