"""`Allow` names every method of a path. Litestar's own answer to OPTIONS names those of one handler, never HEAD."""

from typing import Any

from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

NOBODYS = "TRACE"
"""No route has this method, so Litestar answers 405 and names all methods of the path."""


class AllowedMethods:
    """Wraps the whole application. Answers OPTIONS for every path that exists, to anybody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_question = scope.get("method") == "OPTIONS"
        is_answer = False

        async def send_with_all(message: Message) -> None:
            nonlocal is_answer
            if message["type"] == "http.response.start" and message["status"] == 405:
                headers = MutableScopeHeaders.from_message(message)
                allow = _with_head(headers.get("allow", ""))
                headers["Allow"] = allow
                if is_question:
                    is_answer = True
                    message = {**message, "status": 204, "headers": [(b"allow", allow.encode())]}
            elif is_answer and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        asked: Any = {**scope, "method": NOBODYS} if is_question else scope
        await self._app(asked, receive, send_with_all)


def _with_head(allow: str) -> str:
    methods = {method.strip() for method in allow.split(",")}
    return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))
