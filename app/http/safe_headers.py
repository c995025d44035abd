"""Headers that keep browsers from guessing, framing, leaking and keeping what they are shown.

The API is for programs, so an answer that a browser opens by itself may load nothing and run nothing. Pages and
files say themselves what they need; these are the headers of everything else, of refusals too.
"""

from typing import Any

from litestar.types import ASGIApp, Message, Receive, Scope, Send

NOTHING_TO_LOAD = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

EVERYWHERE: dict[bytes, bytes] = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": NOTHING_TO_LOAD.encode(),
    b"cache-control": b"no-store",
}
"""Each is added to an answer that does not have it."""

PAGE_POLICY = "page_policy"
"""In the state of a request: the `Content-Security-Policy` of a page whose route cannot set headers."""


class SafeHeaders:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message.get("headers", ()), scope)
            await send(message)

        await self._app(scope, receive, send_safely)


def _completed(headers: Any, scope: Scope) -> list[tuple[bytes, bytes]]:
    given = [*headers]
    names = {name for name, _ in given}
    policy: str | None = scope.get("state", {}).get(PAGE_POLICY)
    if policy is not None:
        given.append((b"content-security-policy", policy.encode()))
        names.add(b"content-security-policy")
    given += [(name, value) for name, value in EVERYWHERE.items() if name not in names]
    return given
