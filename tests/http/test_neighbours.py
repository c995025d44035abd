"""One company, or any number of strangers, cannot take what the others need."""

import asyncio
import time
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
from sqlalchemy import text

from app.core.turns import Turns
from app.db.session import transaction
from app.db.work import begin_work
from app.identity import passwords
from app.identity.passwords import HASHER
from app.main import create_app
from tests.cast import API
from tests.counting import statements_of
from tests.identity.stories import an_address, calling_from, post

pytestmark = pytest.mark.covers("P-rel-25")

POOL = 4


@asynccontextmanager
async def a_small_api(settings, clock):
    """A process with few connections of its own."""
    small = msgspec.structs.replace(settings, database_pool=POOL, strangers_pool=2)
    app = create_app(small, clock=clock)
    async with app.lifespan():
        yield app


async def seconds_until_answered(app, person, path: str = "/visits") -> float:
    started = time.monotonic()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=30) as client:
        headers = {"authorization": f"Bearer {person.token()}"}
        answer = await client.get(API + path, headers=headers)
    assert answer.status_code == 200, answer.text
    return time.monotonic() - started


HELD_S = 3.0


async def hold_session(app, company_id):
    async with transaction(app.state.sessions, company_id) as session:
        await session.execute(text(f"SELECT pg_sleep({HELD_S})"))


async def hold_work(app, company_id):
    async with begin_work(app.state.sessions, company_id) as work:
        await work._begin()
        await work._connection.execute(f"SELECT pg_sleep({HELD_S})")


async def hold_as_stranger(app, _):
    async with transaction(app.state.strangers, None) as session:
        await session.execute(text(f"SELECT pg_sleep({HELD_S})"))


@pytest.mark.parametrize("hold", [hold_session, hold_work, hold_as_stranger])
async def test_whoever_takes_all_he_can_leaves_the_others_theirs(settings, clock, cast, other_cast, hold):
    async with a_small_api(settings, clock) as app:
        await seconds_until_answered(app, other_cast.olga)
        flood = [asyncio.create_task(hold(app, cast.company_id)) for _ in range(20)]
        await asyncio.sleep(0.3)

        took = [await seconds_until_answered(app, other_cast.olga) for _ in range(3)]

        for task in flood:
            task.cancel()
        await asyncio.gather(*flood, return_exceptions=True)
    assert max(took) < HELD_S / 2


SIGN_IN = {"email": "nobody@okna.example", "password": "x" * 12}


async def test_a_full_room_refuses_before_anything_is_looked_up(app, engine, monkeypatch):
    full = Turns(1, share=1, waiting_max=2)
    monkeypatch.setattr(passwords, "ROOM", full)
    async with full.turn("somebody"):
        waiting = [asyncio.create_task(passwords.hash_password("x" * 12, who=str(n))) for n in range(2)]
        await asyncio.sleep(0)
        with statements_of(engine) as sent:
            async with calling_from(app, an_address()) as stranger:
                answer = await post(stranger, "/auth/sign-in", SIGN_IN)
    await asyncio.gather(*waiting)

    assert (answer.status_code, answer.json()["code"]) == (503, "too_busy")
    assert int(answer.headers["retry-after"]) > 0
    assert sent == []


async def test_hashing_takes_no_thread_that_others_need(monkeypatch):
    """Others use the threads of the loop: names, temporary files, answers that are sent from a file."""
    monkeypatch.setattr(passwords, "HASHER", HASHER)
    flood = [asyncio.create_task(passwords.hash_password("x" * 12, who=str(n))) for n in range(12)]
    await asyncio.sleep(0.05)

    started = time.monotonic()
    await asyncio.gather(*[asyncio.to_thread(int) for _ in range(20)])
    took = time.monotonic() - started

    assert not all(task.done() for task in flood)
    assert took < 0.5
    assert len(set(await asyncio.gather(*flood))) == 12
