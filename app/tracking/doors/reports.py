"""What a GPS program said, whatever its protocol."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any, NamedTuple, Self

from app.core.errors import DomainError
from app.tracking.doors.loose_json import loosely_decoded
from app.tracking.pings.policies import Refused
from app.tracking.pings.values import Ping

MS_SINCE = 2**31 - 1
"""A number of seconds since 1970 that is larger is one of milliseconds."""
WORD_MAX = 100
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""`float` would also take 5_5, digits of other scripts, and words."""
OFFSET_AS_SPACE = re.compile(r" (\d\d:?\d\d)$")
"""In an address, + means a space, and few programs write %2B."""


class ReportUnreadable(DomainError):
    """The report of a GPS program has another shape than its protocol says, or values that cannot be."""

    status = 400
    code = "report_unreadable"

    @classmethod
    def because(cls, code: str, field: str = "") -> Self:
        """`code` names a text of `[errors]`, `field` is what the program calls the value."""
        return cls(errors=[{"path": field, "code": code}])


class Unread(Exception):
    """A position without which there is no ping: its place or its time cannot be read."""

    def __init__(self, code: str, field: str = "") -> None:
        self.code = code
        self.field = field
        super().__init__(f"{field}: {code}")

    @property
    def verdict(self) -> str:
        return f"{Refused.UNREADABLE}:{self.field}".rstrip(":")


class Report(NamedTuple):
    """One request of a GPS program."""

    keys: list[str]
    """Where the key of the tracker may stand, the most likely place first."""
    positions: list[Ping | Unread]
    """In the order of the report. None if it says something else, which is acknowledged."""
    says: str = ""
    """What it says instead."""


def read_each(ones: Sequence[Any], read: Callable[[Any], Ping | None]) -> list[Ping | Unread]:
    """Read positions one by one, so that a wrong one spoils no other. None: it is no position."""
    found = (_read_one(one, read) for one in ones)
    return [one for one in found if one is not None]


def _read_one(one: Any, read: Callable[[Any], Ping | None]) -> Ping | Unread | None:
    try:
        return read(one)
    except Unread as unread:
        return unread


def read_json(body: bytes) -> Any:
    """JSON as GPS programs write it: also with NaN and Infinity, which are no JSON.

    Raises:
        ReportUnreadable: no JSON, or nested too deep.
    """
    try:
        return loosely_decoded(body)
    except RecursionError as error:
        raise ReportUnreadable.because("report_too_deep") from error
    except ValueError as error:
        raise ReportUnreadable.because("report_not_json") from error


def number(value: Any, field: str) -> float:
    """A number, also written as text with the digits 0 to 9.

    Raises:
        Unread: it is none.
    """
    found = _number(value)
    if found is None:
        raise Unread("report_number", field)
    return found


def known(value: Any, *, least: float = 0, most: float, unit: float = 1) -> float | None:
    """A number that the position can do without. None: it is none, or it cannot be; programs say -1 for that.

    `unit` is what the program's unit is in ours; `least` and `most` are in ours.
    """
    found = _number(value)
    if found is None:
        return None
    found *= unit
    return found if least <= found <= most else None


def _number(value: Any) -> float | None:
    """None: no number, or not a finite one."""
    if isinstance(value, str) and not NUMBER.fullmatch(value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if isfinite(found) else None


def word(value: Any) -> str | None:
    """A short text without NUL, which PostgreSQL cannot hold."""
    if not isinstance(value, str) or not value:
        return None
    return value.replace("\0", "")[:WORD_MAX] or None


def truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).lower())


def moment(value: Any, field: str) -> datetime:
    """Seconds or milliseconds since 1970, ISO 8601, or `2026-03-01 09:00:00`; UTC unless it says otherwise.

    Raises:
        Unread: none of these.
    """
    try:
        seconds = _number(value)
        return _read_moment(str(value).strip()) if seconds is None else _since_1970(seconds)
    except (ValueError, OverflowError, OSError) as error:
        raise Unread("report_moment", field) from error


def _read_moment(text: str) -> datetime:
    read = datetime.fromisoformat(OFFSET_AS_SPACE.sub(r"+\1", text))
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _since_1970(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds if seconds < MS_SINCE else seconds / 1000, UTC)
