"""Nightly moments of a company: changes that only time makes take effect then."""

from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

NIGHT = time(3)
"""By the company's clock."""


def second_night(since: datetime, zone: tzinfo) -> datetime:
    """The second nightly moment from `since` on. What has held that long is no accident of one night."""
    local = since.astimezone(zone)
    first = local.date() if local.time() <= NIGHT else local.date() + timedelta(days=1)
    return night_of(first + timedelta(days=1), zone)


def night_of(day: date, zone: tzinfo) -> datetime:
    """The nightly moment of a day (UTC)."""
    return datetime.combine(day, NIGHT, zone).astimezone(UTC)


def day_after(day: date, zone: tzinfo) -> datetime:
    """The moment at which a day is over (UTC)."""
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)


UTC = ZoneInfo("UTC")
