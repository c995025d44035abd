"""Writes the text of a message, and days and times as people say them."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from app.core.i18n import text
from app.notifications.templates.composing import Written, bracketed, ready_values, write_sms


def compose_text(lang: str, kind: str, params: Mapping[str, str]) -> str:
    """The product's own text of a message of this kind. The parameters `link` and `place` are optional.

    Names and addresses are cut to the same length until the message fits into two SMS.

    Raises:
        KeyError: a bug of the caller: the kind is unknown or a parameter is missing.
    """
    return write_sms(lambda values: text(lang, "sms", kind, **bracketed(values)), ready_values(params))


def compose_letter(lang: str, kind: str, params: Mapping[str, str]) -> Written:
    """The product's own text as an e-mail, with the kind as its subject."""
    body = text(lang, "sms", kind, **bracketed(ready_values(params))).strip()
    about = text(lang, "words", kind)
    company = params.get("company", "")
    return Written(body, f"{company}: {about}" if company else about)


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
