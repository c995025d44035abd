from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple


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


def same_caller(address: str) -> str:
    """The address that is counted. IPv6 counts by /64, because a provider gives a whole /64 to one customer."""
    ip = _ip(address)
    if isinstance(ip, IPv6Address) and not ip.is_loopback:
        return str(IPv6Network((ip, 64), strict=False).network_address)
    return str(ip or address)


def is_unlimited(address: str, networks: Iterable[str]) -> bool:
    """Whether tries from here are not limited: an address of our own networks, or a Unix socket, which has none."""
    ip = _ip(address)
    return ip is None or any(ip in ip_network(network) for network in networks)


def _ip(address: str) -> IPv4Address | IPv6Address | None:
    """None for what is no IP address: a Unix socket. IPv4 written as IPv6 is read as IPv4."""
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip
