"""Reads `@pytest.mark.covers("M3", "P-rel-2")` of tests."""

from collections.abc import Iterable

import pytest

from tests.requirements.catalogue import requirements


def covered_by(node: pytest.Item | pytest.Function) -> list[str]:
    """Names on the test, its class and its module."""
    return sorted({name for mark in node.iter_markers("covers") for name in mark.args})


def unknown(names: Iterable[str]) -> list[str]:
    return sorted(name for name in names if name not in requirements())
