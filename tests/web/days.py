"""Days of the board, by the clocks of Moscow."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")


@cache
def tomorrow() -> date:
    """By the clocks of Moscow: no visit of it has begun, whenever the test runs.

    A test keeps its tomorrow, also when midnight passes: `conftest.py` forgets it after each.
    """
    return datetime.now(MOSCOW).date() + timedelta(days=1)


def tomorrow_at(hour: float) -> datetime:
    return (datetime.combine(tomorrow(), time(0), MOSCOW) + timedelta(hours=hour)).astimezone(UTC)
