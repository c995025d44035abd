"""A status and its reason in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.i18n import text

TABLE = "life"


def say_status(status: str, lang: str) -> str:
    return text(lang, TABLE, f"status_{status}")


def say_reason(reason: str, params: Mapping[str, Any], lang: str) -> str:
    """Why a client has his status, as a sentence."""
    said = {"purchases": params.get("purchases", 0), "due_on": "", "due_source": ""}
    if due_on := params.get("due_on"):
        said |= {
            "due_on": f"{date.fromisoformat(due_on):%d.%m.%Y}",
            "due_source": say_source(params["source"], lang),
        }
    return text(lang, TABLE, f"reason_{reason}", **said)


def say_source(source: str, lang: str) -> str:
    """Where a due date comes from."""
    return text(lang, TABLE, f"source_{source}")
