"""Every text exists in both languages."""

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

from app.core.i18n import LANGS, template
from tests.building.source import CHECKOUT, calls, meaning_of, modules, refusals, tree_of, where

FOLDERS = sorted(folder for folder in (CHECKOUT / "app").glob("*/texts") if any(folder.iterdir()))

PLACEHOLDER = re.compile(r"{\w+}")
FIELD_NAME = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|`[^`]+`")
Texts = dict[str, dict[str, str]]


def read(folder: Path, lang: str) -> Texts:
    texts: Texts = tomllib.loads((folder / f"{lang}.toml").read_text(encoding="utf-8"))
    return texts


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def shape(texts: Texts) -> dict[tuple[str, str], set[str]]:
    return {
        (table, key): placeholders(sentence)
        for table, entries in texts.items()
        for key, sentence in entries.items()
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_both_languages_have_the_same_texts_with_the_same_placeholders(folder):
    assert shape(read(folder, "ru")) == shape(read(folder, "en"))


@pytest.mark.parametrize("lang", LANGS)
def test_no_two_modules_have_a_text_of_the_same_name(lang):
    names = Counter(name for folder in FOLDERS for name in shape(read(folder, lang)))

    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_refusal_has_a_text(lang):
    known = {key for folder in FOLDERS for table, key in shape(read(folder, lang)) if table == "errors"}

    assert {one.code for one in refusals()} - known == set()


@pytest.mark.parametrize("lang", LANGS)
def test_no_text_names_a_field_of_the_api(lang):
    """People of an office read the texts on their screens: `override_reason` tells them nothing."""
    named = [
        f"{table}.{key}: {found}"
        for folder in FOLDERS
        for table, entries in read(folder, lang).items()
        for key, sentence in entries.items()
        for found in FIELD_NAME.findall(PLACEHOLDER.sub("", sentence))
    ]

    assert named == []


def test_no_text_of_a_refusal_is_left_over():
    """Codes of refusals, of what is wrong with a field, of the edge: each is written somewhere in the code."""
    written = {
        node.value
        for module in modules()
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Constant)
    }
    texts = {key for folder in FOLDERS for key in read(folder, "ru").get("errors", {})}

    assert texts - written == set()


def test_no_two_refusals_share_a_code_but_mean_different_statuses():
    statuses: dict[str, set[int]] = {}
    for one in refusals():
        statuses.setdefault(one.code, set()).add(one.status)

    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}


@pytest.mark.parametrize("lang", LANGS)
def test_no_two_refusals_say_the_same(lang):
    """A reader, and a client that switches on codes, would ask what the difference is."""
    codes: dict[str, list[str]] = {}
    for folder in FOLDERS:
        for code, sentence in read(folder, lang).get("errors", {}).items():
            codes.setdefault(sentence, []).append(code)

    assert [same for same in codes.values() if len(same) > 1] == []


def test_no_two_refusals_have_the_same_name():
    names = Counter(one.__name__ for one in refusals())

    assert [name for name, times in names.items() if times > 1] == []


def test_whoever_refuses_says_what_the_text_needs():
    """A placeholder that is not filled would turn a polite no into a 500."""
    incomplete = []
    for module, call in calls():
        error = meaning_of(call.func, module)
        if error not in refusals() or any(keyword.arg is None for keyword in call.keywords):
            continue
        needed = {name for lang in LANGS for name in placeholders(template(lang, "errors", error.code))}
        if missing := needed - {keyword.arg for keyword in call.keywords}:
            incomplete.append(f"{where(module, call)} {error.__name__}: {', '.join(sorted(missing))}")

    assert incomplete == []


def test_a_refusal_raised_without_values_needs_none():
    bare = []
    for module in modules():
        for node in ast.walk(tree_of(module)):
            error = meaning_of(node.exc, module) if isinstance(node, ast.Raise) and node.exc else None
            if error in refusals() and placeholders(template("ru", "errors", error.code)):
                bare.append(f"{where(module, node)} {error.__name__}")

    assert bare == []
