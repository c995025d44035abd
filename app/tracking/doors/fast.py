"""A short way for what phones send all day: positions of somebody who is known, in the shape that was agreed.

Litestar and what stands around it take several times as long for a request as the rest of it does. So these addresses
are looked at first. Whatever is not plain goes the usual way, with the same body: unknown keys and tokens, other
messages, refusals of a whole request, errors. So what the routes say holds for both ways. No line is logged for a
request that goes this way, and its answer has no request id.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import structlog
from litestar.types import ASGIApp, Receive, Scope, Send

from app.core.clock import Clock
from app.core.errors import DomainError
from app.core.i18n import choose_lang
from app.core.scope import WORKER_ROLES
from app.core.scope import Scope as Caller
from app.http.safe_headers import EVERYWHERE
from app.tracking.doors import osmand, own, owntracks
from app.tracking.doors.dependencies import Doors
from app.tracking.doors.reports import Report
from app.tracking.doors.schemas import PingsTakenOut
from app.tracking.doors.service import find_sender, take_batch, take_report
from app.tracking.pings.policies import DUPLICATE, TAKEN
from app.tracking.trackers.schemas import OSMAND_PATH, OWNTRACKS_PATH

log = structlog.get_logger(__name__)

OWN_PATH = "/api/v1/tracking/pings"
KEPT = ([TAKEN], [DUPLICATE])
SAFE = tuple(EVERYWHERE.items())
TEXT, JSON = b"text/plain; charset=utf-8", b"application/json"
KEYS_IN = [(name.encode(), name) for name in owntracks.KEYS_IN]
Headers = dict[bytes, bytes]
Answer = tuple[bytes, bytes, bytes]
"""Media type, body, and what became of a single ping."""
Way = Callable[[Any, Headers, bytes], Awaitable[Answer | None]]
CallerOf = Callable[[str], Awaitable[Caller | None]]


class FastDoors:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, doors: Doors, caller_of: CallerOf, clock: Clock) -> None:
        """`caller_of` tells who shows an `Authorization` header."""
        self._app = app
        self._doors = doors
        self._caller_of = caller_of
        self._clock = clock
        self._ways: dict[tuple[str, str], Way] = {
            ("POST", OWN_PATH): self._own,
            ("POST", OWNTRACKS_PATH): self._owntracks,
            ("GET", OSMAND_PATH): self._osmand,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        way = self._ways.get((str(scope.get("method")), scope["path"]))
        if way is None:
            await self._app(scope, receive, send)
            return
        messages: list[Any] = []
        body = await _whole_body(receive, messages)
        answer = None if body is None else await self._answer(way, scope, body)
        if answer is None:
            await self._app(scope, _again(messages, receive), send)
            return
        kind, said, verdict = answer
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(said)), *SAFE]
        if verdict:
            headers.append((b"ping-verdict", verdict))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": said, "more_body": False})

    async def _answer(self, way: Way, scope: Any, body: bytes) -> Answer | None:
        """None: not this way."""
        headers: Headers = dict(scope["headers"])
        if b"content-encoding" in headers:
            return None
        try:
            return await way(scope, headers, body)
        except (DomainError, msgspec.DecodeError):  # the usual way says so
            return None
        except Exception as error:  # the usual way meets it again, and answers it
            log.warning("fast_way_left", path=scope["path"], error=type(error).__name__)
            return None

    async def _own(self, scope: Any, headers: Headers, body: bytes) -> Answer | None:
        caller = await self._caller_of(headers.get(b"authorization", b"").decode("latin-1"))
        if caller is None or scope["query_string"] or WORKER_ROLES.isdisjoint(caller.roles):
            return None
        verdicts = await take_batch(self._doors.store, caller, own.read_batch(body), now=self._clock.now())
        lang = choose_lang(headers.get(b"accept-language", b"").decode("latin-1"))
        return JSON, msgspec.json.encode(PingsTakenOut.of(verdicts, lang)), b""

    async def _owntracks(self, scope: Any, headers: Headers, body: bytes) -> Answer | None:
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"))) if scope["query_string"] else {}
        texts = {name: headers[coded].decode("latin-1") for coded, name in KEYS_IN if coded in headers}
        verdict = await self._take(owntracks.report_of(body, texts, query))
        return verdict and (JSON, owntracks.ANSWER, verdict)

    async def _osmand(self, scope: Any, headers: Headers, body: bytes) -> Answer | None:
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=100)
        verdict = await self._take(osmand.read_parameters(pairs, now=self._clock.now()))
        return verdict and (TEXT, b"", verdict)

    async def _take(self, report: Report) -> Any:
        """The verdict on one ping that is kept. None: not this way."""
        if len(report.positions) != 1:
            return None
        now = self._clock.now()
        tracker = await find_sender(self._doors.book, report, now=now)
        if tracker is None:
            return None
        verdicts = await take_report(self._doors.store, self._doors.book, tracker, report, now=now)
        return str(verdicts[0]).encode() if verdicts and verdicts in KEPT else None


async def _whole_body(receive: Receive, messages: list[Any]) -> bytes | None:
    """What the client sends, if it is not too much. `messages` gets what was received."""
    size = 0
    while True:
        message: Any = await receive()
        messages.append(message)
        if message["type"] != "http.request":
            return None
        size += len(message["body"])
        if size > own.PLAIN_BYTES_MAX:
            return None
        if not message.get("more_body"):
            return messages[0]["body"] if len(messages) == 1 else b"".join(one["body"] for one in messages)


def _again(messages: list[Any], receive: Receive) -> Receive:
    """Gives the application what was taken from it."""
    waiting = messages[::-1]

    async def next_message() -> Any:
        return waiting.pop() if waiting else await receive()

    return next_message
