"""Refusals beyond so many a second come slowly; what somebody is entitled to does not."""

import asyncio
import time

import pytest

from app.http.pacing import BURST_S, WAIT_MAX_S, Pace, PacedRefusals
from tests.cast import Person

pytestmark = pytest.mark.covers("P-rel-25")


def test_a_few_at_once_do_not_wait():
    pace = Pace(10)

    assert [pace.wait_s("a", 100.0) for _ in range(int(10 * BURST_S))] == [0.0] * 30


def test_more_come_one_after_the_other_and_no_later_than_that():
    pace = Pace(10)
    for _ in range(30):
        pace.wait_s("a", 100.0)

    waits = [pace.wait_s("a", 100.0) for _ in range(200)]

    assert waits[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert max(waits) == WAIT_MAX_S
    assert pace.wait_s("b", 100.0) == 0.0
    assert pace.wait_s("a", 200.0) == 0.0


def paced(status: int, *, user=None, **opt):
    async def app(scope, receive, send):
        scope["user"] = user
        scope["route_handler"] = type("Handler", (), {"opt": opt})
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return PacedRefusals(app, 20)


async def flood(app, *, count: int = 100, address: str = "203.0.113.9") -> float:
    """Seconds until all are answered."""

    async def send(message):
        return None

    started = time.monotonic()
    await asyncio.gather(*[app({"type": "http", "client": (address, 1)}, None, send) for _ in range(count)])
    return time.monotonic() - started


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 503])
async def test_a_stranger_is_answered_at_his_pace(status):
    app = paced(status)
    slow = asyncio.create_task(flood(app))
    await asyncio.sleep(0)

    assert await flood(app, count=10, address="198.51.100.7") < 0.5
    assert 1.5 < await slow < 6


@pytest.mark.parametrize(
    ("status", "is_slow"), [(200, False), (201, False), (304, False), (403, True), (429, True)]
)
async def test_of_people_who_are_signed_in_only_refusals_wait(cast, status, is_slow):
    olga: Person = cast.olga
    took = await flood(paced(status, user=olga.scope))

    assert (took > 1.5) == is_slow


async def test_who_was_asked_to_call_is_not_held_up():
    assert await flood(paced(401, expected=True)) < 0.5
