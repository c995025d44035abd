"""The words of a message: its text, and days and times as people say them."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from app.core.i18n import text
from app.notifications.providers.segments import count_segments

SEGMENTS_MAX = 2
"""More is refused by no operator, but a service message should not cost three."""
SHORTENED = frozenset({"worker", "crew", "what", "where"})
"""Names and addresses people typed. Everything else in a message must stay whole."""
SHORTENED_TO_MIN = 12


def compose_text(lang: str, kind: str, params: Mapping[str, str]) -> str:
    """The text of a message of that kind. `link` may be left out where the text has a place for it.

    Names and addresses are clipped, all to one length, until the message fits into SEGMENTS_MAX.

    Raises:
        KeyError: no such kind or a parameter is missing: a bug of the caller.
    """
    values = {"link": ""} | {name: " ".join(value.split()) for name, value in params.items()}
    body = text(lang, "sms", kind, **values).strip()
    limit = max((len(values[name]) for name in SHORTENED & values.keys()), default=0)
    while count_segments(body).parts > SEGMENTS_MAX and limit > SHORTENED_TO_MIN:
        limit -= 1
        clipped = {name: _clip(values[name], limit) for name in SHORTENED & values.keys()}
        body = text(lang, "sms", kind, **values | clipped).strip()
    return body


def _clip(value: str, limit: int) -> str:
    return value if len(value) <= limit else value[: limit - 3].rstrip(" ,.-") + "..."


def format_day(moment: datetime | date, *, timezone: str, lang: str) -> str:
    """`2 марта`, `2 March`: the day it is there at that moment."""
    day = moment.astimezone(ZoneInfo(timezone)) if isinstance(moment, datetime) else moment
    return format_date(day, "d MMMM", locale=lang)


def format_time(moment: datetime, *, timezone: str) -> str:
    """`14:30` on the clocks of that zone."""
    return moment.astimezone(ZoneInfo(timezone)).strftime("%H:%M")


def format_time_range(starts_at: datetime, ends_at: datetime, *, timezone: str, lang: str) -> str:
    """`с 10:00 до 12:00`, `from 10:00 to 12:00`."""
    start, end = (format_time(moment, timezone=timezone) for moment in (starts_at, ends_at))
    return text(lang, "sms_words", "time_range", start=start, end=end)
