"""Says what happened with a client, in the language of the reader."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from app.core.history import HistoryRow
from app.core.i18n import has_text, template, text
from app.crm.status_lists.wording import say_reason, say_status
from app.notifications.api import shown_body

TABLE = "history"
KNOWN_WORDS = 1000
"""So many words are kept ready: a card says dozens. Companies add kinds of their own."""


def say_title(row: HistoryRow, lang: str) -> str:
    """What it is, with its number and its kind: “Visit No. 1 (installation)”, “Money: prepayment”."""
    named = template(lang, TABLE, f"entry_{row.kind}")
    what = say_what(row, lang)
    if row.number is not None:
        named = named.format(number=row.number)
        return f"{named} ({what})" if what else named
    named = named.format(number="").rstrip()
    return f"{named}: {what}" if what else named


def say_what(row: HistoryRow, lang: str) -> str:
    """Which of several kinds it is. Empty if there is only one kind, or only its code is known."""
    if row.what is None:
        return ""
    if row.kind == "task" and has_text(lang, "tasks", row.what):
        return text(lang, "tasks", row.what, **_params(row)).rstrip(".")
    return _what(row.kind, row.what, lang)


@lru_cache(maxsize=KNOWN_WORDS)
def _what(kind: str, what: str, lang: str) -> str:
    table, key = ("life", f"category_{what}") if kind == "next_visit" else (TABLE, f"{kind}_{what}")
    return template(lang, table, key) if has_text(lang, table, key) else ""


def say_state(row: HistoryRow, lang: str) -> str:
    """The status in words. Empty if it has none."""
    if row.status is None:
        return ""
    return _state(row.kind, row.status, lang)


@lru_cache(maxsize=KNOWN_WORDS)
def _state(kind: str, status: str, lang: str) -> str:
    return say_status(status, lang) if kind == "status" else template(lang, TABLE, f"is_{kind}_{status}")


def say_why(row: HistoryRow, lang: str) -> str:
    """The reason: a sentence for a code, else the words of whoever gave it."""
    if not row.reason:
        return ""
    if row.kind == "status":
        return say_reason(row.reason, _params(row), lang)
    if row.kind == "recovery_case":
        return text(lang, "cases", f"reason_{row.reason}")
    key = f"why_{row.reason}"
    return text(lang, TABLE, key) if has_text(lang, TABLE, key) else row.reason


def say_text(row: HistoryRow) -> str:
    """The words of it. Links by which the client himself acts are masked."""
    if not row.text:
        return ""
    return shown_body(row.what or "", row.text) if row.kind == "message" else row.text


def say_day(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _params(row: HistoryRow) -> Mapping[str, Any]:
    return (row.detail or {}).get("params") or {}
