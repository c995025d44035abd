"""Whether a position can be: values in, values out."""

from datetime import datetime, timedelta

CLOCK_AHEAD_MAX = timedelta(minutes=2)
"""How far a phone's clock may run ahead of ours before we stop believing it."""


def is_from_future(at: datetime, *, now: datetime) -> bool:
    return at > now + CLOCK_AHEAD_MAX
