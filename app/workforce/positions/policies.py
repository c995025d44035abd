"""Decisions about positions: values in, values out."""

from datetime import datetime, timedelta

CLOCK_AHEAD_MAX = timedelta(minutes=2)
"""A position from further in the future than this is refused: the phone's clock is wrong."""


def is_from_future(at: datetime, *, now: datetime) -> bool:
    return at > now + CLOCK_AHEAD_MAX
