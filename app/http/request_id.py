"""Every request has an id: the caller's `X-Request-Id` or a new one. It is in the logs and in problem documents."""

import re
import time
from typing import Any

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.core.ids import uuid7

log = structlog.get_logger(__name__)

ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestId:
    """Binds the id to the log context and writes one access line per request.

    Wraps the whole application. Litestar calls middleware only when it has found a route, and unknown
    addresses and wrong methods must be logged too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        request_id = given if ACCEPTABLE.fullmatch(given) else str(uuid7())
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        facts, started, status = _facts(scope), time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:  # also when the answer breaks off in the middle
            ms = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", **facts, status=status, ms=ms)


def _facts(scope: Any) -> dict[str, Any]:
    return {"method": scope.get("method", scope["type"]), "path": scope["path"]}
