"""Network addresses, however they are written."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

ONE_CUSTOMER = 64
"""Bits: a provider gives a whole IPv6 /64 to one customer."""
BRACKETED = re.compile(r"\[([^\]]*)\](?::\w+)?")
NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 as networks without IPv4 write it."""


def read_address(written: str) -> Address | None:
    """An address with or without brackets, port and zone. IPv4 written as IPv6 is read as IPv4."""
    text = written.strip().strip('"').strip()
    if found := BRACKETED.fullmatch(text):
        text = found[1]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        ip = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return _as_ipv4(ip) or ip if isinstance(ip, IPv6Address) else ip


def _as_ipv4(ip: IPv6Address) -> IPv4Address | None:
    if ip.ipv4_mapped:
        return ip.ipv4_mapped
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None


def same_caller(address: str) -> str:
    """The address that is counted: neighbours behind one IPv6 customer's line count together."""
    ip = read_address(address)
    if isinstance(ip, IPv6Address) and not ip.is_loopback:
        return str(IPv6Network((int(ip), ONE_CUSTOMER), strict=False).network_address)
    return str(ip or address)


def networks_of(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(one) for one in text.split())


def is_in(ip: Address, networks: Iterable[Network]) -> bool:
    return any(ip in network for network in networks)
