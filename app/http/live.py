"""The live channel: what happens in a company reaches its screens at once, over server-sent events.

Events travel through Redis, which keeps nothing. So a stream remembers the last event it has shown. When
something may have been lost (a reconnect with `Last-Event-ID`, Redis gone and back, a client too slow to
follow), it reads from the outbox what came after that event. Events are published in the order of
`relayed_at`, so nothing after it is left out (see `db.relay`).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Router, get
from litestar.channels import ChannelsPlugin, Subscriber
from litestar.channels.backends.base import ChannelsBackend
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import ServerSentEventMessage, Stream
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.core.scope import Scope
from app.db.outbox import OutboxEvent
from app.db.relay import StoredEvent, wait_for_relay
from app.db.session import Session, Sessions, transaction
from app.http.guards import office

log = structlog.get_logger(__name__)

LIVE_PATH = "/live"
OPENED_BY_TICKET = "opened_by_ticket"
"""Marks the one route that may be called with a ticket instead of a token."""
KEEP_ALIVE_S = 15
RETRY_MS = 2000
"""How soon a browser that lost the connection should come back."""
REPLAY_MAX = 1000
BACKLOG_MAX = 1000

PREFIX = "live:"
RECONNECT_PAUSE_S = 0.2
RECONNECT_PAUSE_MAX_S = 2.0
SILENCE_S = 5
"""After this silence Redis gets a PING; after the same time again without an answer it counts as gone."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Proxies keep nothing of a stream, and keep nothing back."""

SOMETHING_MISSED = b""
"""Stands in the queue for messages that may have been lost."""
RELOAD = "live.reload"
BEFORE_ALL = UUID("00000000-0000-7000-8000-000000000000")
"""Stands for an event before all others: whoever follows after it gets everything that is kept."""


class LiveEvent(msgspec.Struct, kw_only=True):
    """One fact, as it travels: `kind` names it, `payload` holds ids and values."""

    id: UUID
    kind: str
    happened_at: datetime
    payload: dict[str, Any]


def channel_of(company_id: UUID) -> str:
    return f"{PREFIX}{company_id}"


def live_news(rows: Iterable[OutboxEvent | StoredEvent]) -> bytes:
    """Events that are published together: a JSON array of `LiveEvent`."""
    return msgspec.json.encode([_live_event(row) for row in rows])


def _live_event(row: OutboxEvent | StoredEvent) -> LiveEvent:
    return LiveEvent(id=row.id, kind=row.kind, happened_at=row.happened_at, payload=row.payload)


class Told(NamedTuple):
    """One event in the words of server-sent events."""

    id: UUID
    text: bytes


@lru_cache(maxsize=64)
def _told(news: bytes) -> tuple[Told, ...]:
    """Read once for all screens of a company: they are all given the same `news`."""
    return tuple(_tell(event) for event in msgspec.json.decode(news, type=list[LiveEvent]))


def _tell(event: LiveEvent) -> Told:
    message = ServerSentEventMessage(event=event.kind, id=str(event.id), data=msgspec.json.encode(event))
    return Told(event.id, message.encode())


def _remark(comment: str, *, retry: int | None = None) -> bytes:
    """A line that browsers pass over."""
    return ServerSentEventMessage(data=None, comment=comment, retry=retry).encode()


class LiveBackend(ChannelsBackend):
    """Litestar's channels over one Redis subscription to the events of all companies.

    Litestar's own backend subscribes and unsubscribes on the connection it reads from, and stops for
    good when that connection breaks. This one sends nothing when a client comes or goes. It replaces a
    broken or silent connection and then tells every subscriber that it may have missed something.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._channels: set[str] = set()

    async def on_startup(self) -> None:
        """Does nothing: `stream_events` connects and keeps trying."""

    async def on_shutdown(self) -> None:
        """Does nothing: the cancelled task of `stream_events` closes the connection."""

    async def publish(self, data: bytes, channels: Iterable[str]) -> None:
        for channel in channels:
            await self._redis.publish(channel, data)

    async def subscribe(self, channels: Iterable[str]) -> None:
        self._channels.update(channels)

    async def unsubscribe(self, channels: Iterable[str]) -> None:
        self._channels.difference_update(channels)

    async def get_history(self, channel: str, limit: int | None = None) -> list[bytes]:
        raise NotImplementedError("the history is in the outbox")

    async def stream_events(self) -> AsyncGenerator[tuple[str, bytes], None]:
        pause = RECONNECT_PAUSE_S
        while True:
            try:
                async with self._redis.pubsub() as listening:
                    await listening.psubscribe(f"{PREFIX}*")
                    async for event in self._listen(listening):
                        pause = RECONNECT_PAUSE_S
                        yield event
            except (RedisError, OSError) as error:
                log.warning("live_channel_lost", error=str(error), again_in_s=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, RECONNECT_PAUSE_MAX_S)

    async def _listen(self, listening: PubSub) -> AsyncIterator[tuple[str, bytes]]:
        """Yields until the connection breaks. What came before Redis confirms the subscription may be lost."""
        is_asked = False
        while True:
            message = await listening.get_message(timeout=SILENCE_S)
            if message is None:
                if is_asked:
                    raise RedisConnectionError("silent")
                await listening.ping()
            elif message["type"] == "psubscribe":
                for channel in list(self._channels):
                    yield channel, SOMETHING_MISSED
            elif message["type"] == "pmessage":
                yield message["channel"].decode(), message["data"]
            is_asked = message is None


class LiveSubscriber(Subscriber):
    """The queue of one client. When it is full, it is emptied and the client is shown the outbox instead."""

    def put_nowait(self, item: bytes | None) -> bool:
        if self.qsize >= BACKLOG_MAX:
            while not self._queue.empty():
                self._queue.get_nowait()
            item = SOMETHING_MISSED
        return super().put_nowait(item)


def live_channels(redis: Redis) -> ChannelsPlugin:
    """The plugin that gives `follow_live` its subscriptions."""
    return ChannelsPlugin(
        LiveBackend(redis), arbitrary_channels_allowed=True, subscriber_class=LiveSubscriber
    )


@get(
    LIVE_PATH,
    operation_id="followLive",
    guards=[office],
    media_type="text/event-stream",
    summary="Follow what happens in the company",
    opt={OPENED_BY_TICKET: True},
)
async def follow_live(
    request: Request[Any, Any, Any],
    caller: NamedDependency[Scope],
    channels: NamedDependency[ChannelsPlugin],
    last_event_id: Annotated[
        str | None, HeaderParameter(name="Last-Event-ID", description="Resume after this event")
    ] = None,
    after: Annotated[
        UUID | None, QueryParameter(description="As Last-Event-ID, for a browser's first connection")
    ] = None,
    ticket: Annotated[
        str | None,
        QueryParameter(description="From `askLiveTicket`, where no Authorization header can be sent"),
    ] = None,
) -> Stream:
    """Server-sent events: `event` is the kind, `data` a `LiveEvent`, `id` its id.

    A `ticket` opens one stream. With `Last-Event-ID` the events missed meanwhile come first. If those
    are more than 1000, or a connection cannot follow, `live.reload` comes instead: read everything you show anew. The
    stream ends when the person may not follow any more. After a crash an event can come twice:
    drop ids already seen.
    """
    follower = Follower(
        request.app.state.sessions, caller.company_id, after=_event_id(last_event_id) or after
    )

    async def stream() -> AsyncIterator[bytes]:
        async with channels.start_subscription(channel_of(caller.company_id)) as subscriber:
            yield _remark("connected", retry=RETRY_MS)
            try:
                async for text in follower.follow(subscriber, is_allowed=request.state.is_still_allowed):
                    yield text
            except (DBAPIError, OSError) as error:  # the client connects again and gets what it missed
                log.warning("live_stream_ended", error=str(error))

    return Stream(stream(), media_type="text/event-stream", headers=HEADERS)


def _event_id(text: str | None) -> UUID | None:
    """Browsers send back an id they were given. Anything else is ignored."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


class Follower:
    """What one client has been shown, and what comes next for it."""

    def __init__(self, maker: Sessions, company_id: UUID, *, after: UUID | None) -> None:
        self._maker = maker
        self._company_id = company_id
        self._last: UUID | datetime | None = after
        """The event shown last, or the moment the stream began."""
        self._repeated: set[UUID] = set()
        """Shown from the outbox; Redis may still deliver them a second time."""

    async def follow(
        self, subscriber: Subscriber, *, is_allowed: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[bytes]:
        """First what was missed, then what happens, with a comment every 15 s so that proxies keep the
        connection. What was published together comes as one piece. Asks before each piece whether the person may
        still see it.

        The pending read is never cancelled in between: that would end the subscription.
        """
        async for text in self._missed():
            yield text
        items = subscriber.iter_events()
        pending = asyncio.ensure_future(anext(items, None))
        clock = asyncio.get_running_loop()
        check_at = clock.time() + KEEP_ALIVE_S
        try:
            while True:
                await asyncio.wait({pending}, timeout=max(check_at - clock.time(), 0))
                if not await is_allowed():
                    return
                if clock.time() >= check_at:
                    check_at = clock.time() + KEEP_ALIVE_S
                    yield _remark("keep-alive")
                if not pending.done():
                    continue
                item = pending.result()
                if item is None:  # the process shuts down
                    return
                async for text in self._shown(item):
                    yield text
                pending = asyncio.ensure_future(anext(items, None))
        finally:
            pending.cancel()

    async def _shown(self, news: bytes) -> AsyncIterator[bytes]:
        if news == SOMETHING_MISSED:
            async for text in self._missed():
                yield text
        elif told := [one for one in _told(news) if one.id not in self._repeated]:
            yield self._show(told)

    async def _missed(self) -> AsyncIterator[bytes]:
        """What happened after the last event shown. A new stream gets nothing and starts from now."""
        async with transaction(self._maker, self._company_id) as session:
            await wait_for_relay(session, self._company_id)
            begun = await _moment_of(session, self._company_id, self._last)
            events = await _find_after(session, self._company_id, begun) if begun else []
            now = await session.scalar(select(func.clock_timestamp()))
        if begun is None:
            self._last = now
        if len(events) > REPLAY_MAX:
            events, self._last = [], now
            yield ServerSentEventMessage(event=RELOAD, data="{}").encode()
        self._repeated = {event.id for event in events}
        if events:
            yield self._show([_tell(event) for event in events])

    def _show(self, told: Sequence[Told]) -> bytes:
        self._last = told[-1].id
        return b"".join(one.text for one in told)


async def _moment_of(session: Session, company_id: UUID, last: UUID | datetime | None) -> datetime | None:
    """When an event was relayed, or when its id was made if it is no longer kept. None without an event."""
    if not isinstance(last, UUID):
        return last
    query = select(OutboxEvent.relayed_at).where(OutboxEvent.company_id == company_id, OutboxEvent.id == last)
    relayed_at = await session.scalar(query)
    if relayed_at is None and last.version == 7:
        with suppress(ValueError, OverflowError):  # beyond the calendar: nobody's id
            return datetime.fromtimestamp((last.int >> 80) / 1000, UTC)
    return relayed_at


async def _find_after(session: Session, company_id: UUID, begun: datetime) -> list[LiveEvent]:
    """In the order of publishing; at most one more than is repeated, which shows that there are too many."""
    query = (
        select(OutboxEvent)
        .where(OutboxEvent.company_id == company_id, OutboxEvent.relayed_at > begun)
        .order_by(OutboxEvent.relayed_at)
        .limit(REPLAY_MAX + 1)
    )
    return [_live_event(row) for row in await session.scalars(query)]


router = Router("/", route_handlers=[follow_live], tags=["live"])
