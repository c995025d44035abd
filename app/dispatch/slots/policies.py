"""Which moments are looked at. Pure functions."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOURS = range(8, 21)
"""Visits begin at these full hours of the company's clocks."""


def full_hours(*, first: date, days: int, zone: ZoneInfo, now: datetime) -> list[datetime]:
    """The full hours of these days that are still to come (UTC). A clock change may leave one out."""
    found = []
    for number in range(days):
        for hour in HOURS:
            moment = datetime.combine(first + timedelta(days=number), time(hour), zone).astimezone(UTC)
            if moment > now and moment.astimezone(zone).hour == hour:
                found.append(moment)
    return found
