"""The parts of the live channel that need no browser: the order of publishing, missed events, slow clients, and
people who lost their access."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar.channels import ChannelsPlugin
from redis.asyncio import Redis
from sqlalchemy import insert, select, update

from app.core.clock import Clock
from app.core.ids import uuid7
from app.db.outbox import OutboxEvent
from app.db.relay import Relay, StoredEvent
from app.db.retention import remove_old_rows
from app.db.session import Sessions, transaction
from app.http import live
from app.http.live import SOMETHING_MISSED, Follower, LiveBackend, LiveSubscriber, channel_of
from app.identity.authentication import Authentication
from app.identity.tokens import issue_access_token, issue_live_ticket, read_access_token
from app.identity.users.models import UserAccount
from app.wiring import KEPT
from tests.cast import Cast
from tests.db.given import id_at
from tests.dispatch.given import code_of
from tests.running import private_redis

NEWS = "test.happened"


async def happen(maker: Sessions, company_id: UUID, *numbers: int) -> None:
    async with transaction(maker, company_id) as session:
        rows = [
            {"company_id": company_id, "id": uuid7(), "kind": NEWS, "payload": {"number": one}}
            for one in numbers
        ]
        await session.execute(insert(OutboxEvent), rows)


async def relay(maker: Sessions, company_id: UUID, publish=None) -> int:
    async def nobody_listens(company_id: UUID, events: Sequence[StoredEvent]) -> None:
        return None

    the_relay = Relay(events={}, listeners={}, publish=publish or nobody_listens)
    return await the_relay.relay_events(maker, company_id, Clock())


async def id_of(maker: Sessions, company_id: UUID, number: int) -> UUID:
    async with transaction(maker, company_id) as session:
        rows = (await session.scalars(select(OutboxEvent))).all()
        return next(row.id for row in rows if row.payload["number"] == number)


def a_subscriber() -> LiveSubscriber:
    return LiveSubscriber(ChannelsPlugin(LiveBackend(Redis()), arbitrary_channels_allowed=True))


class Shown:
    """What a follower puts on the screen."""

    def __init__(self, follower: Follower, subscriber: LiveSubscriber, *, allowed: bool = True) -> None:
        self._subscriber = subscriber

        async def is_allowed() -> bool:
            return allowed

        self._pieces = follower.follow(subscriber, is_allowed=is_allowed)
        self._messages: list[str] = []

    async def next(self) -> str | int | None:
        """The number of the next event, the name of another, or the comment."""
        if not self._messages:
            async with asyncio.timeout(10):
                piece = await anext(self._pieces)
            self._messages = piece.decode().split("\r\n\r\n")[:-1]
        said = dict(line.split(": ", 1) for line in self._messages.pop(0).split("\r\n"))
        if "" in said:
            return said[""]
        return said["event"] if said["event"] != NEWS else json.loads(said["data"])["payload"]["number"]

    async def end(self) -> None:
        await self._pieces.aclose()


async def published(maker: Sessions, company_id: UUID, *numbers: int) -> bytes:
    async with transaction(maker, company_id) as session:
        rows = (await session.scalars(select(OutboxEvent))).all()
    return live.live_news(row for row in rows if row.payload["number"] in numbers)


# the order of publishing


@pytest.mark.covers("M5", "P-rel-3")
async def test_processes_that_relay_together_publish_each_event_once_and_in_the_order_of_relayed_at(maker):
    company_id, order = uuid7(), []
    await happen(maker, company_id, *range(450))

    async def publish(_: UUID, events: Sequence[StoredEvent]) -> None:
        order.extend(event.id for event in events)
        await asyncio.sleep(0.01)

    async def process() -> None:
        while len(order) < 450:
            await relay(maker, company_id, publish)

    await asyncio.gather(*[process() for _ in range(4)])

    async with transaction(maker, company_id) as session:
        rows = (await session.scalars(select(OutboxEvent).order_by(OutboxEvent.relayed_at))).all()
    assert order == [row.id for row in rows]
    assert len({row.relayed_at for row in rows}) == 450


@pytest.mark.covers("M5")
async def test_reading_what_was_missed_waits_for_a_relay_that_has_published_but_not_committed(maker):
    """Published before the screen came back, in the database only afterwards: it must not fall between."""
    company_id, on_the_way, go_on = uuid7(), asyncio.Event(), asyncio.Event()
    await happen(maker, company_id, 1)
    await relay(maker, company_id)
    await happen(maker, company_id, 2)

    async def publish(_: UUID, events: Sequence[StoredEvent]) -> None:
        on_the_way.set()
        await go_on.wait()

    relaying = asyncio.create_task(relay(maker, company_id, publish))
    await on_the_way.wait()
    shown = Shown(Follower(maker, company_id, after=await id_of(maker, company_id, 1)), a_subscriber())
    reading = asyncio.create_task(shown.next())
    await asyncio.sleep(0.2)
    waited = not reading.done()
    go_on.set()

    assert waited
    assert await reading == 2
    await relaying
    await shown.end()


# what a follower shows


async def test_what_was_read_from_the_outbox_is_not_shown_again_when_its_news_arrives(maker):
    company_id, subscriber = uuid7(), a_subscriber()
    await happen(maker, company_id, 1)
    await relay(maker, company_id)
    await happen(maker, company_id, 2, 3)
    await relay(maker, company_id)
    for number in (2, 3):
        subscriber.put_nowait(await published(maker, company_id, number))
    await happen(maker, company_id, 4)
    await relay(maker, company_id)
    subscriber.put_nowait(await published(maker, company_id, 4))

    shown = Shown(Follower(maker, company_id, after=await id_of(maker, company_id, 1)), subscriber)

    assert [await shown.next() for _ in range(3)] == [2, 3, 4]
    await shown.end()


async def test_what_is_published_together_is_shown_but_for_what_was_shown_before(maker):
    company_id, subscriber = uuid7(), a_subscriber()
    for numbers in ((1,), (2, 3)):
        await happen(maker, company_id, *numbers)
        await relay(maker, company_id)
    shown = Shown(Follower(maker, company_id, after=await id_of(maker, company_id, 1)), subscriber)
    before = [await shown.next(), await shown.next()]
    await happen(maker, company_id, 4, 5)
    await relay(maker, company_id)
    subscriber.put_nowait(await published(maker, company_id, 2, 3))
    subscriber.put_nowait(await published(maker, company_id, 3, 4, 5))

    assert sorted(before) == [2, 3]
    assert {await shown.next(), await shown.next()} == {4, 5}
    await shown.end()


async def test_after_a_gap_the_follower_goes_on_where_it_was(maker):
    company_id, subscriber = uuid7(), a_subscriber()
    shown = Shown(Follower(maker, company_id, after=None), subscriber)
    first = asyncio.create_task(shown.next())
    await asyncio.sleep(0.1)
    await happen(maker, company_id, 1, 2, 3)
    await relay(maker, company_id)
    subscriber.put_nowait(await published(maker, company_id, 1))
    subscriber.put_nowait(SOMETHING_MISSED)

    assert [await first, await shown.next(), await shown.next()] == [1, 2, 3]
    await shown.end()


async def test_an_event_that_is_no_longer_kept_is_still_a_place_to_go_on_from(cast: Cast, maker):
    company_id, now = cast.company_id, datetime.now(UTC)
    days_ago = {number: now - timedelta(days=number) for number in (32, 31, 29)}
    async with transaction(maker, company_id) as session:
        facts = {"company_id": company_id, "kind": NEWS}
        rows = [
            facts | {"id": id_at(at), "payload": {"number": number}, "happened_at": at, "relayed_at": at}
            for number, at in days_ago.items()
        ]
        await session.execute(insert(OutboxEvent), rows)
    [kept] = [one for one in KEPT if one.table.name == "outbox_event"]

    await remove_old_rows(maker, kept, now=now)
    await happen(maker, company_id, 0)
    await relay(maker, company_id)
    shown = Shown(Follower(maker, company_id, after=rows[0]["id"]), a_subscriber())

    async with transaction(maker, company_id) as session:
        assert await session.get(OutboxEvent, (company_id, rows[0]["id"])) is None
    assert [await shown.next(), await shown.next()] == [29, 0]
    await shown.end()


async def test_who_has_missed_too_much_is_told_to_read_everything_anew(maker, monkeypatch):
    monkeypatch.setattr(live, "REPLAY_MAX", 2)
    company_id, subscriber = uuid7(), a_subscriber()
    for number in range(4):
        await happen(maker, company_id, number)
        await relay(maker, company_id)
    shown = Shown(Follower(maker, company_id, after=await id_of(maker, company_id, 0)), subscriber)

    first = await shown.next()
    await happen(maker, company_id, 9)
    await relay(maker, company_id)
    subscriber.put_nowait(SOMETHING_MISSED)

    assert (first, await shown.next()) == ("live.reload", 9)
    await shown.end()


async def test_a_client_that_cannot_follow_gets_a_reading_instead_of_a_gap(monkeypatch):
    monkeypatch.setattr(live, "BACKLOG_MAX", 3)
    subscriber = a_subscriber()

    for number in range(4):
        subscriber.put_nowait(b"%d" % number)
    subscriber.put_nowait(b"next")

    items = subscriber.iter_events()
    assert [await anext(items), await anext(items)] == [SOMETHING_MISSED, b"next"]
    assert subscriber.qsize == 0


async def test_a_quiet_channel_says_that_it_lives(maker, monkeypatch):
    monkeypatch.setattr(live, "KEEP_ALIVE_S", 0.05)
    company_id, subscriber = uuid7(), a_subscriber()
    shown = Shown(Follower(maker, company_id, after=None), subscriber)

    comments = [await shown.next() for _ in range(2)]
    await happen(maker, company_id, 1)
    subscriber.put_nowait(await published(maker, company_id, 1))
    event = await shown.next()

    assert comments == ["keep-alive", "keep-alive"]
    assert event in (1, "keep-alive")
    await shown.end()


async def test_the_stream_ends_when_the_process_does(maker):
    subscriber = a_subscriber()
    shown = Shown(Follower(maker, uuid7(), after=None), subscriber)
    await subscriber.put(None)

    with pytest.raises(StopAsyncIteration):
        await shown.next()


# who may follow


@pytest.mark.covers("M36")
async def test_the_stream_ends_for_whoever_may_not_follow_any_more(maker, monkeypatch):
    monkeypatch.setattr(live, "KEEP_ALIVE_S", 0.05)
    shown = Shown(Follower(maker, uuid7(), after=None), a_subscriber(), allowed=False)

    with pytest.raises(StopAsyncIteration):
        await shown.next()


@pytest.mark.covers("M36", "P-rel-22")
async def test_what_happens_is_not_shown_to_whoever_may_not_follow_any_more(maker):
    company_id, subscriber = uuid7(), a_subscriber()
    await happen(maker, company_id, 1)
    shown = Shown(Follower(maker, company_id, after=None), subscriber, allowed=False)
    await subscriber.put(await published(maker, company_id, 1))

    with pytest.raises(StopAsyncIteration):
        await shown.next()


@pytest.mark.covers("M36")
@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"session_version": 2}, {"roles": ["measurer"]}, {}], ids=str
)
async def test_dismissal_reaches_an_open_stream_within_a_second(cast: Cast, settings, clock, maker, change):
    connection = {
        "type": "http",
        "path": "/api/v1/live",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {cast.olga.token()}".encode())],
    }

    async def stream(scope, receive, send) -> None:
        return None

    await Authentication(settings, clock, maker, maker).handle(connection, None, None, stream)
    is_still_allowed = connection["state"]["is_still_allowed"]
    at_first = await is_still_allowed()
    async with transaction(maker, cast.company_id) as session:
        if change:
            await session.execute(update(UserAccount).where(UserAccount.id == cast.olga.id).values(**change))
    clock.advance(seconds=1)

    assert (at_first, await is_still_allowed()) == (True, not change)


async def opened_with(anonymous, ticket: str) -> tuple[int, str]:
    return code_of(await anonymous.get(f"/api/v1/live?ticket={ticket}"))


@pytest.mark.covers("M36")
async def test_a_ticket_is_good_for_half_a_minute(cast, anonymous, clock):
    ticket = (await cast.olga.post("/live/ticket")).json()["ticket"]

    clock.advance(seconds=31)

    assert await opened_with(anonymous, ticket) == (401, "not_signed_in")


@pytest.mark.covers("M36")
async def test_a_ticket_opens_the_live_channel_and_nothing_else(cast, anonymous):
    ticket = (await cast.olga.post("/live/ticket")).json()["ticket"]

    in_the_address = await anonymous.get(f"/api/v1/production-orders?ticket={ticket}")
    as_a_token = await anonymous.get("/api/v1/live", headers={"authorization": f"Bearer {ticket}"})

    assert code_of(in_the_address) == code_of(as_a_token) == (401, "not_signed_in")


@pytest.mark.covers("M36")
async def test_a_ticket_opens_no_other_route(app, cast, settings, clock):
    ticket = (await cast.olga.post("/live/ticket")).json()["ticket"]
    door = Authentication(settings, clock, app.state.sessions, app.state.strangers)

    opened = [
        route.path_format
        for route in app.routes
        for handler, _ in getattr(route, "route_handler_map", {}).values()
        if await door._token(connection_with(handler, ticket)) is not None
    ]

    assert opened == ["/api/v1/live"]


@pytest.mark.covers("M36")
async def test_a_ticket_opens_one_stream(app, cast, settings, clock):
    """Also if several browsers come with it at the same moment, to several processes."""
    ticket = (await cast.olga.post("/live/ticket")).json()["ticket"]
    route = next(route for route in app.routes if route.path_format == "/api/v1/live")
    handler, _ = route.route_handler_map["GET"]
    doors = [Authentication(settings, clock, app.state.sessions, app.state.strangers) for _ in range(4)]

    opened = await asyncio.gather(
        *[door._token(connection_with(handler, ticket)) for door in doors for _ in range(3)],
        return_exceptions=True,
    )

    assert sum(token is not None for token in opened) == 1


def connection_with(handler, ticket: str) -> dict[str, Any]:
    """As Litestar hands it to a middleware of this route."""
    return {"headers": [], "route_handler": handler, "query_string": f"ticket={ticket}".encode()}


@pytest.mark.covers("M36")
@pytest.mark.parametrize("forged", ["", "nonsense", "an access token", "another key", "a worker's"])
async def test_only_our_tickets_for_the_office_open_it(cast, anonymous, settings, clock, forged):
    token = read_access_token(settings.secret_key, cast.olga.token(), now=clock.now())
    workers = read_access_token(settings.secret_key, cast.pavel.token(), now=clock.now())
    tickets = {
        "an access token": issue_access_token(
            settings.secret_key, cast.olga.scope, session_version=1, now=clock.now()
        ),
        "another key": issue_live_ticket("6" * 64, token, now=clock.now()),
        "a worker's": issue_live_ticket(settings.secret_key, workers, now=clock.now()),
    }

    status, _ = await opened_with(anonymous, tickets.get(forged, forged))

    assert status == (403 if forged == "a worker's" else 401)


async def test_a_ticket_is_asked_for_by_somebody_who_is_signed_in(anonymous):
    assert code_of(await anonymous.post("/api/v1/live/ticket")) == (401, "not_signed_in")


# the connection to Redis


@pytest.fixture
async def backend(tmp_path) -> AsyncIterator[tuple[LiveBackend, Redis, int]]:
    """With a Redis of its own, and the process id of that."""
    server = private_redis(tmp_path)
    server.start()
    redis = Redis.from_url(server.url())
    yield LiveBackend(redis), redis, server.process.pid
    await redis.aclose()
    server.stop()


@pytest.mark.covers("M5")
async def test_a_redis_that_says_nothing_is_given_up_and_found_again(backend, monkeypatch):
    """Its machine hangs: no connection is closed, nothing arrives."""
    monkeypatch.setattr(live, "SILENCE_S", 0.1)
    channels, redis, pid = backend
    channel = channel_of(uuid7())
    await channels.subscribe([channel])
    heard = channels.stream_events()
    first = await anext(heard)
    await redis.publish(channel, b"1")
    second = await anext(heard)

    os.kill(pid, signal.SIGSTOP)
    third = asyncio.create_task(anext(heard))
    await asyncio.sleep(0.5)
    os.kill(pid, signal.SIGCONT)
    async with asyncio.timeout(10):
        again = await third
    await channels.publish(b"2", [channel])

    assert (first, second, again) == (
        (channel, SOMETHING_MISSED),
        (channel, b"1"),
        (channel, SOMETHING_MISSED),
    )
    assert await anext(heard) == (channel, b"2")
    await heard.aclose()


async def test_a_quiet_redis_is_asked_and_stays_connected(backend, monkeypatch):
    monkeypatch.setattr(live, "SILENCE_S", 0.1)
    channels, redis, _ = backend
    channel = channel_of(uuid7())
    await channels.subscribe([channel])
    heard = channels.stream_events()
    await anext(heard)

    quiet = asyncio.create_task(anext(heard))
    await asyncio.sleep(0.7)
    await redis.publish(channel, b"news")

    assert await quiet == (channel, b"news")
    await channels.unsubscribe([channel])
    await heard.aclose()
