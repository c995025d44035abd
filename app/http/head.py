"""HEAD is GET without the body (RFC 9110). Link previews and monitors send it; Litestar would answer 405."""

from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """Wraps the whole application, which never sees a HEAD."""

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
            elif not is_over:  # a stream too: telling the server that the body is over stops it
                is_over = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        # a copy, because the server must still know that it was HEAD; and HEAD knows no Range (RFC 9110, 14.2)
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        get: Any = {**scope, "method": "GET", "headers": headers}
        await self._app(get, receive, send_without_body)
