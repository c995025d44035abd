"""Writes the text of a message, and days and times as people say them."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from app.core.i18n import text
from app.notifications.channels.sms.segments import count_segments

SEGMENTS_MAX = 2
"""Operators accept more, but a service message should not cost three SMS."""
SHORTENED = frozenset({"company", "worker", "place", "what", "where"})
"""Names and addresses that people typed. They may be shortened; the rest of a message may not."""
SHORTENED_TO_MIN = 12


def compose_text(lang: str, kind: str, params: Mapping[str, str]) -> str:
    """The text of a message of this kind. The parameters `link` and `place` are optional.

    Names and addresses are cut to the same length until the message fits into SEGMENTS_MAX.

    Raises:
        KeyError: a bug of the caller: the kind is unknown or a parameter is missing.
    """
    values = {"link": "", "place": ""} | {name: " ".join(value.split()) for name, value in params.items()}
    body = _fill(lang, kind, values)
    limit = max((len(values[name]) for name in SHORTENED & values.keys()), default=0)
    while count_segments(body).parts > SEGMENTS_MAX and limit > SHORTENED_TO_MIN:
        limit -= 1
        clipped = {name: _clip(values[name], limit) for name in SHORTENED & values.keys()}
        body = _fill(lang, kind, values | clipped)
    return body


def _fill(lang: str, kind: str, values: Mapping[str, str]) -> str:
    """The text with its values. A place stands in brackets."""
    place = {"place": f" ({values['place']})"} if values["place"] else {}
    return text(lang, "sms", kind, **{**values, **place}).strip()


def _clip(value: str, limit: int) -> str:
    return value if len(value) <= limit else value[: limit - 3].rstrip(" ,.-") + "..."


def format_day(moment: datetime | date, *, timezone: str, lang: str) -> str:
    """`2 марта`, `2 March`: the day of this moment in the zone."""
    day = moment.astimezone(ZoneInfo(timezone)) if isinstance(moment, datetime) else moment
    return format_date(day, "d MMMM", locale=lang)


def format_time(moment: datetime, *, timezone: str) -> str:
    """`14:30`: the time of this moment in the zone."""
    return moment.astimezone(ZoneInfo(timezone)).strftime("%H:%M")


def format_time_range(starts_at: datetime, ends_at: datetime, *, timezone: str, lang: str) -> str:
    """`с 10:00 до 12:00`, `from 10:00 to 12:00`."""
    start, end = (format_time(moment, timezone=timezone) for moment in (starts_at, ends_at))
    return text(lang, "sms_words", "time_range", start=start, end=end)


def format_in_both_zones(moment: datetime, *, timezone: str, site_zone: str, lang: str) -> str:
    """`2 марта 10:00`, for workers and the office.

    If clocks on site show another time: `2 марта 10:00 (на месте 17:00)`.
    """
    here, there = (moment.astimezone(ZoneInfo(zone)) for zone in (timezone, site_zone))
    day, time = format_day(here, timezone=timezone, lang=lang), format_time(here, timezone=timezone)
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        return f"{day} {time}"
    local = format_time(there, timezone=site_zone)
    if there.date() != here.date():
        local = f"{format_day(there, timezone=site_zone, lang=lang)} {local}"
    return text(lang, "sms_words", "on_site", here=f"{day} {time}", there=local)
