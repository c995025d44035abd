"""Reads the product's own source, for tests that check how the code is built."""

import ast
import builtins
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import app
from app.core.errors import DomainError

CHECKOUT = Path(__file__).parents[2]


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every module of the product, imported."""
    found = pkgutil.walk_packages(app.__path__, prefix="app.")
    return tuple(importlib.import_module(one.name) for one in found)


@cache
def tree_of(module: ModuleType) -> ast.Module:
    return ast.parse(Path(inspect.getfile(module)).read_text(encoding="utf-8"))


def calls() -> Iterator[tuple[ModuleType, ast.Call]]:
    """Every call written anywhere in the product."""
    for module in modules():
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.Call):
                yield module, node


def meaning_of(node: ast.expr, module: ModuleType) -> Any:
    """What a literal or a name stands for in a module: `"x"`, `JOB_NAME`, `service.VisitNotFound`."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return getattr(module, node.id, getattr(builtins, node.id, None))
    if isinstance(node, ast.Attribute):
        return getattr(meaning_of(node.value, module), node.attr, None)
    return None


@cache
def refusals() -> frozenset[type[DomainError]]:
    """Every business refusal of the product."""
    modules()

    def below(error: type[DomainError]) -> Iterator[type[DomainError]]:
        for one in error.__subclasses__():
            yield one
            yield from below(one)

    return frozenset(one for one in below(DomainError) if one.__module__.startswith("app."))


def where(module: ModuleType, node: ast.AST) -> str:
    """`app/dispatch/visits/service.py:41`."""
    return f"{Path(inspect.getfile(module)).relative_to(CHECKOUT)}:{getattr(node, 'lineno', '?')}"
