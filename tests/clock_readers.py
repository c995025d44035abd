"""pytest plugin: marks every test that reads the real clock with `reads_clock`.

`make calendar` runs these tests on other days. There is no list of them. A test reads the clock if its file does,
or a `conftest.py` beside or above it, or anything in tests/ that one of these imports. Starting a process counts
too, because the product reads the real clock in it. The other tests cannot notice what day it is: they pass times
in, or use the fixture `clock`, which stands still (tests/deploy/test_calendar.py checks that the product uses
it). Tests with a real S3 server are skipped then: see the fixture `s3_server`.

If one test of a file reads the clock, the whole file is run.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLLOWED = "tests"
NAME_THE_CLOCK = {Path(__file__), ROOT / "tests/distributable.py"}
"""Speak of the clock without reading it."""
OUR_CLOCK = (
    r"(?<!\w)(Clock\(\)|database_time\b"
    r"|date(time)?\.(now|utcnow|today)\(|time\.(time|time_ns|localtime|gmtime)\()"
)
OF_POSTGRESQL = r"(?<![\w.])now\(\)|func\.(now|current_\w+)\(|_timestamp\(\)|current_(date|timestamp)"
OF_A_PROCESS = r"subprocess|ProductProcess|Kannel\("
READING = re.compile("|".join((OUR_CLOCK, OF_POSTGRESQL, OF_A_PROCESS)), re.IGNORECASE)


@pytest.hookimpl(tryfirst=True)  # before `-m reads_clock` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if reads_clock(item.path):
            item.add_marker("reads_clock")


@cache
def reads_clock(test_file: Path) -> bool:
    """Whether a test in this file can notice what day it is."""
    return any(READING.search(file.read_text(encoding="utf-8")) for file in _all_behind(test_file))


def _all_behind(test_file: Path) -> set[Path]:
    """The file, the conftest.py of its folders, and what they import from tests/."""
    folders = [folder for folder in test_file.parents if folder.is_relative_to(ROOT / "tests")]
    waiting = [test_file, *(folder / "conftest.py" for folder in folders)]
    behind = set(NAME_THE_CLOCK)
    while waiting:
        file = waiting.pop()
        if file not in behind and file.exists():
            behind.add(file)
            waiting.extend(_imported(file))
    return behind - NAME_THE_CLOCK


@cache
def _imported(file: Path) -> tuple[Path, ...]:
    return tuple(ROOT.joinpath(*name.split(".")).with_suffix(".py") for name in _imported_names(file))


def _imported_names(file: Path) -> Iterator[str]:
    """Modules; what is taken from a package may be a module too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == FOLLOWED:
            yield str(node.module)
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] == FOLLOWED)
