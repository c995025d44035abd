"""Finds mistakes in the source that once caused an outage or a long search."""

import ast
import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from app.core.settings import Settings
from tests.building.source import CHECKOUT, calls, meaning_of, modules, tree_of, where

EVERYTHING = (Exception, BaseException)
SHIPPED = ("app", "benchmarks", "demo", "deploy", "docs", "migrations", "openapi", ".ci", "web")
AT_THE_TOP = ("Makefile", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "pyproject.toml", "alembic.ini")
NOT_OURS = {"node_modules"}
"""What npm puts among our files."""
PATH_OF_SOME_MACHINE = re.compile(r"(?<![\w./-])/(?:work|tmp|mnt|home/\w+|Users/\w+)/")


def shipped_files() -> Iterator[Path]:
    for folder in SHIPPED:
        for inside, folders, names in os.walk(CHECKOUT / folder):
            folders[:] = [one for one in folders if one not in NOT_OURS]
            yield from (Path(inside) / name for name in names)
    yield from (path for name in AT_THE_TOP if (path := CHECKOUT / name).exists())


def lines_of(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []  # a font, an image


def says_nothing(step: ast.stmt) -> bool:
    is_remark = isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
    return is_remark or isinstance(step, ast.Pass | ast.Continue | ast.Break | ast.Return)


def takes_everything(handler: ast.ExceptHandler, module: ModuleType) -> bool:
    return handler.type is None or meaning_of(handler.type, module) in EVERYTHING


def test_no_exception_is_swallowed():
    """An unexpected error that nobody hears of is found months later, in the data."""
    silent = [
        where(module, node)
        for module in modules()
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.ExceptHandler)
        and takes_everything(node, module)
        and all(says_nothing(step) for step in node.body)
    ]
    suppressed = [
        where(module, call)
        for module, call in calls()
        if meaning_of(call.func, module) is contextlib.suppress
        and any(meaning_of(kind, module) in EVERYTHING for kind in call.args)
    ]

    assert silent + suppressed == []


def test_nothing_shipped_knows_the_machine_it_was_written_on():
    found = [
        f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()[:100]}"
        for path in shipped_files()
        for number, line in enumerate(lines_of(path), 1)
        if PATH_OF_SOME_MACHINE.search(line)
    ]

    assert found == []


def test_the_lock_files_name_no_host():
    """They must install from any mirror, and tell nothing about ours."""
    locks = [*CHECKOUT.glob("*.lock"), *CHECKOUT.glob("deploy/*.lock.txt")]
    named = [
        f"{lock.name}:{number}"
        for lock in locks
        for number, line in enumerate(lines_of(lock), 1)
        if "://" in line
    ]

    assert locks != []
    assert named == []


def test_time_is_asked_for_at_the_edge_only():
    """Rules get `now` passed in: a test, a late sync and a replay must be able to name it."""
    clocks = ("now", "utcnow", "today")
    asked = [
        where(module, call)
        for module, call in calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in clocks
        and getattr(meaning_of(call.func.value, module), "__module__", "") == "datetime"
    ]

    assert [
        place for place in asked if not place.startswith(("app/core/clock.py", "app/http/health.py"))
    ] == []


def test_every_setting_is_explained_in_the_readme():
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")

    assert [name.upper() for name in Settings.__struct_fields__ if f"`{name.upper()}`" not in readme] == []
