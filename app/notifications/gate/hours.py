"""When a message of some class may go next, by the client's clocks."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.hours import hours_between
from app.notifications.settings.policies import Hours

LOOK_AHEAD = timedelta(days=9)
"""Each weekday comes at least once in it, also where a day was left out of the calendar."""


def next_open(hours: Hours, timezone: str, *, since: datetime) -> datetime:
    """The first moment from `since` on at which such messages go. It is `since` if they go now."""
    zone = ZoneInfo(timezone)
    open_times = hours_between(hours.week, zone=zone, since=since, until=since + LOOK_AHEAD)
    return open_times[0].starts_at if open_times else since + LOOK_AHEAD
