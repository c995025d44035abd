"""Writes what was measured: `results.json`, the printed table and the table of the README."""

import os
import platform
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- figures: written by the runner -->", "<!-- end of figures -->"


class Figure(msgspec.Struct, kw_only=True):
    """One measured figure, with its goal and its reference if it has them."""

    metric: str
    value: float
    reference: float | None
    """The reference's figure for the same work in the same run. Null if there is no reference."""
    reference_is: str
    ratio: float | None
    goal: str | None
    """Null means that the figure is only reported."""
    holds: bool | None
    unit: str
    parts: dict[str, Any]
    """Everything else that was measured."""
    machine: str = ""
    command: str = ""
    measured_at: str = ""


Figures = dict[str, Figure]
"""Keyed by the goal (P1, P4, …), or by the name of the benchmark."""


def read_results(file: Path) -> Figures:
    return msgspec.json.decode(file.read_bytes(), type=Figures) if file.exists() else {}


def merge_results(file: Path, fresh: Figures) -> Figures:
    """Add the figures of this run to those of earlier runs. Figures of the same name are replaced."""
    merged = dict(sorted({**read_results(file), **fresh}.items()))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(merged), indent=1) + b"\n")
    return merged


def stamp(figures: Figures, *, machine: str, command: str) -> None:
    for figure in figures.values():
        figure.machine = machine
        figure.command = command
        figure.measured_at = f"{datetime.now(UTC):%Y-%m-%d}"


async def describe_machine(database_url: str) -> str:
    """`AMD EPYC 7763, 2 cores, PostgreSQL 15.14, Python 3.11.7`"""
    connection = await asyncpg.connect(database_url)
    try:
        postgres = await connection.fetchval("SHOW server_version")
    finally:
        await connection.close()
    version = str(postgres).split()[0]
    return f"{_cpu()}, {os.cpu_count()} cores, PostgreSQL {version}, Python {platform.python_version()}"


def _cpu() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return re.sub(r"\s+", " ", found[1]).strip() if found else platform.processor() or platform.machine()


def table(figures: Figures) -> str:
    """Markdown, one row per figure."""
    head = ["", "metric", "here", "reference", "ratio", "goal", "holds"]
    rows = [head, ["---"] * len(head), *(_row(name, figure) for name, figure in figures.items())]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(name: str, figure: Figure) -> list[str]:
    reference = "" if figure.reference is None else f"{_number(figure.reference)} ({figure.reference_is})"
    return [
        name,
        figure.metric,
        f"{_number(figure.value)} {figure.unit}",
        reference,
        "" if figure.ratio is None else _number(figure.ratio),
        figure.goal or "",
        {True: "yes", False: "NO", None: ""}[figure.holds],
    ]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def details(figures: Figures) -> str:
    """The parts of each figure, as nested lists."""
    blocks = []
    for name, figure in figures.items():
        when = f"measured {figure.measured_at} by `{figure.command}` on {figure.machine}"
        blocks.append("\n".join([f"**{name}**, {when}:", "", *_lines(figure.parts)]))
    return "\n\n".join(blocks)


def _lines(parts: dict[str, Any], depth: int = 0) -> Iterable[str]:
    for name, value in parts.items():
        if isinstance(value, dict):
            flat = all(not isinstance(one, dict) for one in value.values())
            inline = ", ".join(f"{key} {_shown(one)}" for key, one in value.items())
            yield f"{'  ' * depth}- {name}: {inline}" if flat else f"{'  ' * depth}- {name}"
            if not flat:
                yield from _lines(value, depth + 1)
        else:
            yield f"{'  ' * depth}- {name}: {_shown(value)}"


def _shown(value: Any) -> str:
    return _number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def write_readme(figures: Figures) -> None:
    """Replace the text between the two marks in the README."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    fresh = "\n\n".join([BEGIN, table(figures), details(figures), END])
    README.write_text(before + fresh + after, encoding="utf-8")
