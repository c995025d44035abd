from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.addresses import is_in, networks_of, read_address


class Limit(NamedTuple):
    """At most `most` tries in any period of this length (a sliding one, not the hour of the clock)."""

    most: int
    within: timedelta


def wait_before_next(
    tried_at: Sequence[datetime], limits: Iterable[Limit], *, now: datetime
) -> timedelta | None:
    """How long until one more try is within every limit; None when it is now. `tried_at` is oldest first."""
    waits = [
        recent[-limit.most] + limit.within - now
        for limit in limits
        if len(recent := still_counting(tried_at, limit.within, now=now)) >= limit.most
    ]
    return max(waits, default=None)


def still_counting(tried_at: Sequence[datetime], within: timedelta, *, now: datetime) -> list[datetime]:
    return [moment for moment in tried_at if moment > now - within]


def is_unlimited(address: str, networks: Iterable[str]) -> bool:
    """Whether tries from here are not limited: an address of our own networks, or a Unix socket, which has none."""
    if not address:
        return True
    ip = read_address(address)
    return ip is not None and is_in(ip, networks_of(" ".join(networks)))
