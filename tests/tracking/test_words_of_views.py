"""A worker reads in words who looked at his track, and how."""

import ast
import re
from pathlib import Path

import pytest

from tests.building.source import CHECKOUT

PAGE = CHECKOUT / "web/field/screens/me/TrackPage.svelte"
OWN = {"getMyTrack", "exportMyTrack"}
"""Nobody is noted who looks at his own."""


def noted() -> set[str]:
    """The operations that are written down as looks at a track."""
    return {
        keyword.value.value
        for path in Path(CHECKOUT / "app/tracking").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "operation" and isinstance(keyword.value, ast.Constant)
    }


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_operation_that_is_written_down_has_words(lang):
    words = PAGE.read_text(encoding="utf-8").partition("operationName = coded(")[2].partition("});")[0]
    of_lang = re.search(rf"{lang}: {{(.*?)}}", words, re.DOTALL)

    assert of_lang is not None
    assert noted() - OWN
    assert noted() - OWN - set(re.findall(r"(\w+): '", of_lang[1])) == set()
