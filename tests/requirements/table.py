"""Writes `docs/requirements.md`: each requirement with its tests and their last result."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.requirements.catalogue import requirements

DOCUMENT = Path("docs/requirements.md")

HEAD = """\
# Requirements and their tests

Written by `make requirements` from the marks on the tests (`@pytest.mark.covers("M3")`) and their last
results; `make test` fails when it is stale. M: field service, R: client lifecycle, P-rel: promises of
reliability. The last column: pass, fail, or open (nothing proves it yet).

"""
ROW = re.compile(r"^\| (\S+) \| .* \| (.*) \| (pass|fail|open) \|$", re.MULTILINE)


class Row(NamedTuple):
    requirement: str
    title: str
    tests: tuple[str, ...]
    """Functions, without parameters, sorted."""
    result: str
    """pass, fail or open."""


def make_rows(covered: Mapping[str, Iterable[str]], outcomes: Mapping[str, str], written: str) -> list[Row]:
    """One row per requirement.

    `covered` tells the requirements of each test (node ids). Where this machine has not run all
    tests of a row, the result of the committed table (`written`) stands, if it was about the same tests.
    """
    tests: dict[str, set[str]] = {name: set() for name in requirements()}
    for node_id, names in covered.items():
        for name in names:
            tests[name].add(node_id)
    before = {name: (cell, result) for name, cell, result in ROW.findall(written)}
    rows = []
    for name, title in requirements().items():
        functions = tuple(sorted({_function(node_id) for node_id in tests[name]}))
        found = [outcomes.get(node_id) for node_id in tests[name]]
        result = _result(found)
        if None in found and result != "fail" and before.get(name, ("", ""))[0] == _cell(functions):
            result = before[name][1]
        rows.append(Row(name, title, functions, result))
    return rows


def _result(outcomes: Iterable[str | None]) -> str:
    """Of all tests of one requirement. Skipped tests prove nothing and disprove nothing."""
    seen = Counter(outcomes)
    if seen["failed"]:
        return "fail"
    return "pass" if seen["passed"] and not seen[None] else "open"


def _function(node_id: str) -> str:
    return node_id.partition("[")[0].removeprefix("tests/")


def _cell(functions: Iterable[str]) -> str:
    return "<br>".join(f"`{function}`" for function in functions)


def document(rows: Iterable[Row]) -> str:
    lines = ["| requirement | what | tests | result |", "|---|---|---|---|"]
    lines += [f"| {row.requirement} | {row.title} | {_cell(row.tests)} | {row.result} |" for row in rows]
    return HEAD + "\n".join(lines) + "\n"


def summary(rows: Iterable[Row]) -> str:
    """`M: 8 pass, 36 open` and so on, a line per family."""
    families: dict[str, Counter[str]] = {}
    for row in rows:
        family = row.requirement.rstrip("0123456789").rstrip("-")
        families.setdefault(family, Counter())[row.result] += 1
    return "\n".join(
        f"{family}: " + ", ".join(f"{counts[result]} {result}" for result in ("pass", "fail", "open"))
        for family, counts in families.items()
    )
