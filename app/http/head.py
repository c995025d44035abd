"""HEAD is GET without the body (RFC 9110): link previews and monitors ask so. Litestar answers 405."""

from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Stands around the whole application, which hears of no HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "HEAD":
            await self._app(scope, receive, send)
            return

        is_over = False

        async def send_without_body(message: Message) -> None:
            nonlocal is_over
            if message["type"] != "http.response.body":
                await send(message)
            elif not is_over:  # also of a stream: its end is what stops it
                is_over = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        get: Any = {**scope, "method": "GET"}  # a copy: the server itself must know that it was HEAD
        await self._app(get, receive, send_without_body)
