"""From where a request comes, also behind proxies, however they write it.

Whoever may say so is a proxy of ours; what anybody else writes into these headers is not believed. Each proxy appends
the address it was called from, so the list is read from its end to the first address that is no proxy of ours.
"""

import re
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from app.core.addresses import is_in, networks_of, read_address, same_caller

UNREADABLE = "unreadable"
"""A proxy of ours has written what is no address: all such callers count as one."""
FORWARDED_FOR = re.compile(r'(?:^|[;\s])for\s*=\s*(?:"([^"]*)"|([^;\s"]*))', re.IGNORECASE)


def caller_of(scope: Any) -> str:
    """Who counts as one caller. Empty for a Unix socket without a proxy."""
    client = scope.get("client")
    return same_caller(client[0]) if client else ""


class ClientAddress:
    """Wraps the whole application: `client` of the scope becomes the caller, in its one spelling."""

    def __init__(self, app: ASGIApp, trusted: str) -> None:
        self._app = app
        self._trusted = networks_of(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        held: Any = scope
        client = held.get("client")
        if held["type"] != "lifespan":
            peer = client[0] if client else ""
            caller = self._caller(peer, held["headers"])
            held["client"] = (caller, client[1] if client else 0) if caller else None
        await self._app(scope, receive, send)

    def _caller(self, peer: str, headers: Any) -> str:
        """A Unix socket has no address, and only a proxy of ours can connect to it."""
        ip = read_address(peer)
        if peer and (ip is None or not is_in(ip, self._trusted)):
            return str(ip or UNREADABLE)
        for written in reversed(_hops(headers)):
            ip = read_address(written)
            if ip is None:
                return UNREADABLE
            if not is_in(ip, self._trusted):
                return str(ip)
        return str(ip or "")


def _hops(headers: Any) -> list[str]:
    """What proxies have written, the nearest last. `Forwarded` counts only where the older header is not sent: a
    proxy that writes the older one passes on whatever a stranger put into the newer one."""
    given = _values(headers, b"x-forwarded-for")
    if given:
        return [hop for value in given for hop in value.split(",") if hop.strip()]
    elements = [one for value in _values(headers, b"forwarded") for one in value.split(",")]
    return [found[1] or found[2] or "" for one in elements if (found := FORWARDED_FOR.search(one))]


def _values(headers: Any, name: bytes) -> list[str]:
    return [value.decode("latin-1") for one, value in headers if one == name]
