"""Answers that cost their asker nothing come slowly when he asks for very many.

A program that is refused asks again at once, and so do its other connections. Each refusal costs little, thousands a
second cost as much as the work of all others. So a refusal beyond so many a second waits before it leaves: the next
request of that connection comes later. Nobody else waits, and what somebody is entitled to is not slowed down.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.http.client_address import caller_of
from app.http.guards import EXPECTED

BURST_S = 3.0
"""So many seconds' worth may come at once."""
WAIT_MAX_S = 5.0
ASKERS_MAX = 10_000


class Pace:
    """When each asker may be answered next."""

    def __init__(self, per_second: float) -> None:
        self._pause_s = 1 / per_second
        self._next: OrderedDict[Hashable, float] = OrderedDict()

    def wait_s(self, asker: Hashable, now: float) -> float:
        """How long this answer has to wait."""
        due = max(self._next.get(asker, 0.0), now - BURST_S) + self._pause_s
        wait = min(max(due - now, 0.0), WAIT_MAX_S)
        self._next[asker] = min(due, now + WAIT_MAX_S)
        self._next.move_to_end(asker)
        if len(self._next) > ASKERS_MAX:
            self._next.popitem(last=False)
        return wait


class PacedRefusals:
    """Stands next to Litestar's own application, which says in the scope who is calling."""

    def __init__(self, app: ASGIApp, per_second: float) -> None:
        self._app = app
        self._pace = Pace(per_second)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_paced(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_paced(scope, message["status"]):
                wait = self._pace.wait_s(_asker(scope), asyncio.get_running_loop().time())
                if wait:
                    await asyncio.sleep(wait)
            await send(message)

        await self._app(scope, receive, send_paced)


def _is_paced(scope: Scope, status: int) -> bool:
    """Everything for strangers; refusals for those who are signed in."""
    handler: Any = scope.get("route_handler")
    if handler is not None and handler.opt.get(EXPECTED):
        return False
    return scope.get("user") is None or status >= 400


def _asker(scope: Any) -> Hashable:
    user = scope.get("user")
    return user.company_id if user is not None else caller_of(scope)
