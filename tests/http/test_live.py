"""The live channel on the running product: uvicorn, the background process, PostgreSQL and Redis."""

import asyncio
import statistics
import time
from datetime import date, timedelta

import httpx
import pytest
from redis.asyncio import Redis

from app.core.clock import Clock
from tests.cast import API, Cast
from tests.http.screen import screen
from tests.orders.given_production import measured_windows, place
from tests.running import RunningProduct

PLACED = "dispatch.production_order_placed"


def ready_on() -> date:
    return Clock().now().date() + timedelta(days=20)


async def an_order(cast: Cast) -> str:
    answer = await place(cast, ready_on=ready_on())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def ids(events: list[dict]) -> list[str]:
    return [event["payload"]["production_order_id"] for event in events]


@pytest.mark.covers("M5")
async def test_the_office_sees_what_happens_within_a_second(live_cast, client):
    """From the moment the request begins to the line on another screen; the median of ten."""
    windows = [await measured_windows(live_cast) for _ in range(10)]
    took = []
    async with screen(client, token=live_cast.sergei.token()) as board:
        for number, one in enumerate(windows, 1):
            begun = time.perf_counter()
            placed = (await place(live_cast, ready_on=ready_on(), **one)).json()
            event = (await board.wait_for(kind=PLACED, count=number))[-1]
            assert event["payload"]["production_order_id"] == placed["id"]
            took.append(board.at[event["id"]] - begun)

    assert statistics.median(took) < 1, took


@pytest.mark.covers("M37", "P-rel-10")
async def test_a_company_is_never_shown_the_events_of_another(live_cast, other_live_cast, client):
    async with (
        screen(client, token=live_cast.olga.token()) as ours,
        screen(client, token=other_live_cast.olga.token()) as theirs,
    ):
        for _ in range(3):
            await an_order(live_cast)
        last = await an_order(other_live_cast)
        await ours.wait_for(kind=PLACED, count=3)
        await theirs.wait_for(kind=PLACED)
        await asyncio.sleep(0.3)  # time for what must not come

    assert ids(theirs.of_kind(PLACED)) == [last]
    assert len(ours.of_kind(PLACED)) == 3
    assert {event["id"] for event in ours.shown}.isdisjoint(event["id"] for event in theirs.shown)


@pytest.mark.covers("M37")
async def test_an_event_of_another_company_is_no_place_to_go_on_from(live_cast, other_live_cast, client):
    async with screen(client, token=other_live_cast.olga.token()) as theirs:
        await an_order(other_live_cast)
        [event] = await theirs.wait_for(kind=PLACED)
    await an_order(other_live_cast)

    async with screen(client, token=live_cast.olga.token(), last_event_id=event["id"]) as ours:
        mine = await an_order(live_cast)
        await ours.wait_for(kind=PLACED)

    assert ids(ours.of_kind(PLACED)) == [mine]


@pytest.mark.covers("M5")
@pytest.mark.parametrize("way", ["header", "query"])
async def test_a_screen_that_comes_back_gets_exactly_what_it_missed(live_cast, client, way):
    token = live_cast.olga.token()
    async with screen(client, token=token) as before:
        first = [await an_order(live_cast) for _ in range(2)]
        seen = (await before.wait_for(kind=PLACED, count=2))[-1]["id"]
    async with screen(client, token=token) as meanwhile:
        missed = [await an_order(live_cast) for _ in range(3)]
        await meanwhile.wait_for(kind=PLACED, count=3)

    place_to_go_on = {"last_event_id": seen} if way == "header" else {"query": f"after={seen}"}
    async with screen(client, token=token, **place_to_go_on) as after:
        await after.wait_for(kind=PLACED, count=3)
        live = await an_order(live_cast)
        await after.wait_for(kind=PLACED, count=4)

    assert ids(after.of_kind(PLACED)) == [*missed, live]
    assert not set(first) & set(ids(after.of_kind(PLACED)))


BEYOND_THE_CALENDAR = "ffffffff-ffff-7fff-bfff-ffffffffffff"


@pytest.mark.parametrize(
    "nonsense", ["nonsense", "0", "00000000-0000-0000-0000-000000000000", BEYOND_THE_CALENDAR]
)
async def test_a_last_event_id_that_is_none_starts_with_what_comes_next(live_cast, client, nonsense):
    async with screen(client, token=live_cast.olga.token(), last_event_id=nonsense) as board:
        order_id = await an_order(live_cast)
        await board.wait_for(kind=PLACED)

    assert ids(board.of_kind(PLACED)) == [order_id]


@pytest.mark.covers("M5")
async def test_a_dropped_subscription_loses_no_event_and_needs_no_reconnect(live_cast, client, product):
    """Three times, with orders placed into the gap."""
    redis = Redis.from_url(product.redis.url())
    async with screen(client, token=live_cast.olga.token()) as board:
        placed = [await an_order(live_cast)]
        for _ in range(3):
            await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
            placed += [await an_order(live_cast) for _ in range(3)]
        await board.wait_for(kind=PLACED, count=len(placed))
        await asyncio.sleep(0.3)
    await redis.aclose()

    assert ids(board.of_kind(PLACED)) == placed


@pytest.mark.covers("M5", "P-rel-3")
async def test_a_redis_that_was_away_loses_no_event_and_needs_no_reconnect(
    live_cast, client, product: RunningProduct
):
    async with screen(client, token=live_cast.olga.token()) as board:
        placed = [await an_order(live_cast)]
        await board.wait_for(kind=PLACED)
        product.redis.stop()
        placed += [await an_order(live_cast) for _ in range(2)]
        await asyncio.sleep(1.5)
        product.redis.start()
        placed.append(await an_order(live_cast))
        await board.wait_for(kind=PLACED, count=4, within=40)

    assert ids(board.of_kind(PLACED)) == placed
    product.wait_until_healthy()


async def test_a_screen_can_be_opened_while_redis_is_away(live_cast, client, product: RunningProduct):
    product.redis.stop()

    async with screen(client, token=live_cast.olga.token()) as board:
        order_id = await an_order(live_cast)
        await asyncio.sleep(0.5)
        product.redis.start()
        await board.wait_for(kind=PLACED, within=40)

    assert ids(board.of_kind(PLACED)) == [order_id]
    product.wait_until_healthy()


# who may follow


@pytest.mark.covers("M36")
async def test_workers_do_not_follow_the_company(live_cast, client):
    for person in (live_cast.pavel, live_cast.rinat):
        async with screen(client, token=person.token()) as board:
            assert board.status == 403
        assert (await person.post("/live/ticket")).status_code == 403


@pytest.mark.covers("M36")
@pytest.mark.parametrize("token", [None, "nonsense", "a.b.c"])
async def test_nobody_follows_without_signing_in(client, product, token):
    async with screen(client, token=token) as board:
        assert board.status == 401


@pytest.mark.covers("M36")
async def test_a_browser_follows_with_a_ticket(live_cast, client):
    answer = await live_cast.olga.post("/live/ticket")

    async with screen(client, query=f"ticket={answer.json()['ticket']}") as board:
        order_id = await an_order(live_cast)
        await board.wait_for(kind=PLACED)

    assert (answer.status_code, answer.json()["expires_in_s"]) == (200, 30)
    assert answer.headers["cache-control"] == "no-store"
    assert ids(board.of_kind(PLACED)) == [order_id]


async def test_many_screens_of_one_company_see_the_same(live_cast, client):
    boards = [screen(client, token=live_cast.olga.token()) for _ in range(10)]
    opened = [await one.__aenter__() for one in boards]

    placed = [await an_order(live_cast) for _ in range(2)]

    for board in opened:
        assert ids(await board.wait_for(kind=PLACED, count=2)) == placed
    for one in boards[:5]:
        await one.__aexit__(None, None, None)
    placed.append(await an_order(live_cast))
    for board in opened[5:]:
        assert ids(await board.wait_for(kind=PLACED, count=3)) == placed
    for one in boards[5:]:
        await one.__aexit__(None, None, None)


async def test_the_contract_says_what_kind_of_answer_it_is(client: httpx.AsyncClient, product):
    document = (await client.get("/docs/openapi.json")).json()

    assert "text/event-stream" in document["paths"][f"{API}/live"]["get"]["responses"]["200"]["content"]
