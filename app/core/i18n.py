"""Texts people read, in Russian and English, from `app/<module>/texts/<lang>.toml`.

A file has tables: `[errors]` by `DomainError.code`, `[words]` for statuses and kinds, and others that the
module needs (`[sms]`, `[act]`, …). A key is used once in all modules. A test checks that ru and en have the
same keys.
"""

import re
import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from babel.dates import format_date

from app.core.money import format_rub

LANGS = ("ru", "en")
Lang = Literal["ru", "en"]
DEFAULT_LANG = "ru"
WORDED = {
    "was",
    "to",
    "status",
    "kind",
    "message",
    "reason",
    "reasons",
    "why",
    "proofs",
    "doubts",
    "size",
    "instead",
}
"""Placeholders whose value is a code or a list of codes. People see the text from `[words]` instead."""


@cache
def _texts(lang: str) -> dict[str, dict[str, str]]:
    merged: dict[str, dict[str, str]] = {}
    for file in sorted(Path(__file__).parents[1].glob(f"*/texts/{lang}.toml")):
        for table, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
            merged.setdefault(table, {}).update(entries)
    return merged


def text(lang: str, table: str, key: str, **params: Any) -> str:
    """The sentence in that language with its `{placeholders}` filled.

    Raises:
        KeyError: no such text or parameter. This is a bug; the tests of the texts find it.
    """
    return template(lang, table, key).format(
        **{name: _word(lang, name, value) for name, value in params.items()}
    )


def _word(lang: str, name: str, value: Any) -> Any:
    """The text for the codes of a placeholder in WORDED, roubles for a sum (`…_kop`), days and moments as people write
    them. Others stay as they are; a list is told one after the other."""
    if name.endswith("_kop") and isinstance(value, int):
        return format_rub(value, lang)
    if (moment := _moment(value)) is not None:
        return say_moment(moment, lang)
    if name not in WORDED:
        return ", ".join(map(str, value)) if isinstance(value, list) else value
    words = _texts(lang)["words"]
    if isinstance(value, list):
        return ", ".join(_word_of_list(words, one) for one in value)
    return words.get(value, value)


ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d\S*)?")


def _moment(value: Any) -> date | None:
    """Params of a refusal that was kept come back from JSON, where a day is `2026-12-01`."""
    if isinstance(value, str) and ISO.fullmatch(value):
        try:
            return (
                datetime.fromisoformat(value) if len(value) > len("2026-12-01") else date.fromisoformat(value)
            )
        except ValueError:
            return None
    return value if isinstance(value, date) else None


def say_moment(moment: date, lang: str) -> str:
    """`2 декабря 2027 года` or `2 December 2027`. A moment also has the time, in the zone that it carries."""
    day: str = format_date(moment, "d MMMM y 'года'" if lang == "ru" else "d MMMM y", locale=lang)
    return f"{day}, {moment:%H:%M}" if isinstance(moment, datetime) else day


def _word_of_list(words: dict[str, str], code: str) -> str:
    """A code can name a thing: `skill_missing:measure` becomes the word of `skill_missing` with `measure`."""
    whole, _, thing = code.partition(":")
    return str(words.get(code) or f"{words.get(whole, whole)} {thing}".strip())


def template(lang: str, table: str, key: str) -> str:
    """The sentence with its `{placeholders}` unfilled."""
    return _texts(lang)[table][key]


def has_text(lang: str, table: str, key: str) -> bool:
    return key in _texts(lang).get(table, {})


def lang_of_page(*, chosen: str | None, of_client: str | None, accept_language: str | None) -> str:
    """What its reader has chosen on the page itself, else the language of the client it was sent to, else that of the
    browser."""
    known = next((one for one in (chosen, of_client) if one in LANGS), None)
    return known or choose_lang(accept_language)


def choose_lang(accept_language: str | None) -> str:
    """The best of our languages for an `Accept-Language` header. Russian if none fits."""
    return wanted_lang(accept_language) or DEFAULT_LANG


def wanted_lang(accept_language: str | None) -> str | None:
    """The language of ours that an `Accept-Language` header prefers. None: it names none of them."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "").split(","):
        tag, _, quality = part.replace(" ", "").partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if weight > 0:  # q=0 says that he does not want it (RFC 9110, 12.4.2)
            wanted.append((-weight, tag.split("-")[0].lower()))
    return next((tag for _, tag in sorted(wanted, key=lambda w: w[0]) if tag in LANGS), None)
