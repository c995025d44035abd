"""Every request has an id: the caller's `X-Request-Id` or a new one. It is in the logs and in problem documents."""

import re
import time
from typing import Any

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from app.core.ids import uuid7

log = structlog.get_logger(__name__)

ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestId(ASGIMiddleware):
    """Binds the id to the log context and writes one access line per request."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        request_id = given if ACCEPTABLE.fullmatch(given) else str(uuid7())
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableScopeHeaders.from_message(message)["X-Request-Id"] = request_id
            await send(message)

        await next_app(scope, receive, send_with_id)
        log.info(
            "request", **_facts(scope), status=status, ms=round((time.perf_counter() - started) * 1000, 1)
        )


def _facts(scope: Any) -> dict[str, Any]:
    return {"method": scope.get("method", scope["type"]), "path": scope["path"]}
