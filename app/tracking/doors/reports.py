"""What a GPS program said, whatever its protocol."""

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.core.errors import DomainError
from app.tracking.pings.values import Ping

MS_SINCE = 2**31 - 1
"""A number of seconds since 1970 that is larger is one of milliseconds."""
WORD_MAX = 100
OFFSET_AS_SPACE = re.compile(r" (\d\d:?\d\d)$")
"""In an address, + means a space, and few programs write %2B."""


class ReportUnreadable(DomainError):
    """The report of a GPS program has another shape than its protocol says, or values that cannot be."""

    status = 400
    code = "report_unreadable"


class Report(NamedTuple):
    """One request of a GPS program."""

    keys: list[str]
    """Where the key of the tracker may stand, the most likely place first."""
    pings: list[Ping]
    """None if it says something else, which is acknowledged."""
    says: str = ""
    """What it says instead."""


def number(value: Any, what: str) -> float:
    """A number, also written as text.

    Raises:
        ReportUnreadable: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ReportUnreadable(what=what)
    try:
        return float(value)
    except (ValueError, OverflowError) as error:
        raise ReportUnreadable(what=what) from error


def number_from(value: Any, what: str, *, least: float = 0) -> float | None:
    """A number that is not below `least`: programs say -1 for what they do not know."""
    if value is None:
        return None
    found = number(value, what)
    return None if found < least else found


def share(value: Any, what: str) -> float | None:
    """Percent from 0 to 100. Anything else is not known."""
    found = number_from(value, what)
    return found if found is None or found <= 100 else None


def word(value: Any) -> str | None:
    """A short text without NUL, which PostgreSQL cannot hold."""
    if not isinstance(value, str) or not value:
        return None
    return value.replace("\0", "")[:WORD_MAX] or None


def truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())


def moment(value: Any) -> datetime:
    """Seconds or milliseconds since 1970, ISO 8601, or `2026-03-01 09:00:00`; UTC unless it says otherwise.

    Raises:
        ReportUnreadable: none of these.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _since_1970(float(value))
        return _read_moment(str(value).strip())
    except (ValueError, OverflowError, OSError) as error:
        raise ReportUnreadable(what="timestamp") from error


def _read_moment(text: str) -> datetime:
    try:
        return _since_1970(float(text))
    except ValueError:
        read = datetime.fromisoformat(OFFSET_AS_SPACE.sub(r"+\1", text))
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _since_1970(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds if seconds < MS_SINCE else seconds / 1000, UTC)
