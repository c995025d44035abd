"""Says what happened with a client, in the language of the reader."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.history import HistoryRow
from app.core.i18n import has_text, text
from app.crm.status_lists.wording import say_reason, say_status
from app.notifications.api import shown_body

TABLE = "history"


def say_title(row: HistoryRow, lang: str) -> str:
    """What it is, with its number and its kind: “Visit No. 1 (installation)”, “Money: prepayment”."""
    named = text(lang, TABLE, f"entry_{row.kind}", number=_number(row))
    what = say_what(row, lang)
    if not what:
        return named
    return f"{named}: {what}" if row.number is None else f"{named} ({what})"


def _number(row: HistoryRow) -> str:
    return "" if row.number is None else str(row.number)


def say_what(row: HistoryRow, lang: str) -> str:
    """Which of several kinds it is. Empty if there is only one kind, or only its code is known."""
    key = f"{row.kind}_{row.what}"
    if row.kind == "task" and has_text(lang, "tasks", row.what or ""):
        return text(lang, "tasks", row.what or "", **_params(row)).rstrip(".")
    if row.kind == "next_visit" and has_text(lang, "life", f"category_{row.what}"):
        return text(lang, "life", f"category_{row.what}")
    return text(lang, TABLE, key) if has_text(lang, TABLE, key) else ""


def say_state(row: HistoryRow, lang: str) -> str:
    """The status in words. Empty if it has none."""
    if row.status is None:
        return ""
    if row.kind == "status":
        return say_status(row.status, lang)
    return text(lang, TABLE, f"is_{row.kind}_{row.status}")


def say_why(row: HistoryRow, lang: str) -> str:
    """The reason: a sentence for a code, else the words of whoever gave it."""
    if not row.reason:
        return ""
    if row.kind == "status":
        return say_reason(row.reason, _params(row), lang)
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
