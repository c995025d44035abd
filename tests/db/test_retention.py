"""Removal of old rows: younger rows stay, older rows of every company are removed once."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import case, insert, select, update

from app.core.ids import uuid7
from app.db import retention
from app.db.outbox import EventDelivery, OutboxEvent
from app.db.retention import Kept, remove_old_rows, remove_old_rows_forever
from app.db.session import Sessions, create_engine, sessions, transaction
from app.http.idempotency import IdempotencyKey
from app.identity.refresh_tokens.models import RefreshToken
from app.identity.refresh_tokens.secret import hash_of
from app.identity.sign_in.models import LoginCode
from app.wiring import KEPT
from tests.cast import NOON, Cast
from tests.counting import statements_of
from tests.db.given import id_at
from tests.identity.stories import refresh, register

A_DAY = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


def kept(model: type[Any]) -> Kept:
    return next(one for one in KEPT if one.since.class_ is model)


async def add(maker: Sessions, model: type[Any], *rows: dict[str, Any]) -> None:
    async with transaction(maker, rows[0]["company_id"]) as session:
        await session.execute(insert(model), list(rows))


async def left(maker: Sessions, company_id: UUID, column: Any) -> set[Any]:
    async with transaction(maker, company_id) as session:
        query = select(column).where(column.class_.company_id == company_id)
        return set(await session.scalars(query))


async def remove(maker: Sessions, *models: type[Any], now: datetime = NOON) -> list[int]:
    return [await remove_old_rows(maker, kept(model), now=now) for model in models]


def a_key(cast: Cast, key: str, made_at: datetime) -> dict[str, Any]:
    return {
        "company_id": cast.company_id,
        "user_id": cast.olga.id,
        "key": key,
        "fingerprint": b"x",
        "created_at": made_at,
    }


def an_event(cast: Cast, relayed_at: datetime | None, *, made_at: datetime | None = None) -> dict[str, Any]:
    happened_at = made_at or relayed_at or NOON
    return {
        "company_id": cast.company_id,
        "id": id_at(happened_at),
        "kind": "test.happened",
        "payload": {},
        "happened_at": happened_at,
        "relayed_at": relayed_at,
    }


def a_delivery(event: dict[str, Any], listener: str = "one", **state: Any) -> dict[str, Any]:
    facts = {"company_id": event["company_id"], "event_id": event["id"], "listener": listener}
    return facts | {"due_at": event["happened_at"], "done_at": None, "failed_at": None} | state


def a_link(cast: Cast, made_at: datetime) -> dict[str, Any]:
    return {
        "company_id": cast.company_id,
        "id": id_at(made_at),
        "family_id": uuid7(),
        "user_id": cast.pavel.id,
        "token_hash": hash_of(str(uuid7())),
        "created_at": made_at,
        "expires_at": made_at + 30 * A_DAY,
        "family_expires_at": made_at + 90 * A_DAY,
    }


def a_code(cast: Cast, made_at: datetime) -> dict[str, Any]:
    return {
        "company_id": cast.company_id,
        "id": id_at(made_at),
        "user_id": cast.pavel.id,
        "code_hash": b"x",
        "created_at": made_at,
        "expires_at": made_at + timedelta(minutes=5),
    }


# what goes and what stays


@pytest.mark.covers("P-rel-5")
async def test_an_answer_is_kept_for_thirty_days_and_no_longer(cast, maker):
    rows = [a_key(cast, str(days), NOON - days * A_DAY) for days in (0, 29, 31, 400)]
    await add(maker, IdempotencyKey, *rows, a_key(cast, "30", NOON - 30 * A_DAY))

    await remove(maker, IdempotencyKey)

    assert await left(maker, cast.company_id, IdempotencyKey.key) == {"0", "29", "30"}


@pytest.mark.covers("P-rel-5")
async def test_after_that_the_same_key_is_a_new_request(cast, maker):
    body = {"channel": "phone", "phone": "+7 903 123-45-67"}
    first = await cast.marina.post("/requests", body, idempotency_key="k")
    async with transaction(maker, cast.company_id) as session:
        await session.execute(update(IdempotencyKey).values(created_at=NOON - 31 * A_DAY))

    await remove(maker, IdempotencyKey)
    again = await cast.marina.post("/requests", body, idempotency_key="k")

    assert (first.status_code, again.status_code) == (201, 201)
    assert "idempotency-replayed" not in again.headers
    assert first.json()["id"] != again.json()["id"]


async def test_an_event_is_kept_for_thirty_days_since_it_was_relayed(cast, maker):
    young, old = an_event(cast, NOON - 29 * A_DAY), an_event(cast, NOON - 31 * A_DAY)
    late = an_event(cast, NOON - 29 * A_DAY, made_at=NOON - 40 * A_DAY)
    waiting = an_event(cast, None, made_at=NOON - 40 * A_DAY)
    await add(maker, OutboxEvent, young, old, late, waiting)

    await remove(maker, OutboxEvent)

    stayed = await left(maker, cast.company_id, OutboxEvent.id)
    assert old["id"] not in stayed
    assert {young["id"], late["id"], waiting["id"]} <= stayed


async def test_deliveries_go_with_their_event(cast, maker):
    old, young = an_event(cast, NOON - 31 * A_DAY), an_event(cast, NOON - 29 * A_DAY)
    await add(maker, OutboxEvent, old, young)
    heard = [a_delivery(one, listener, done_at=NOON) for one in (old, young) for listener in ("one", "two")]
    await add(maker, EventDelivery, *heard)

    await remove(maker, OutboxEvent)

    assert await left(maker, cast.company_id, EventDelivery.event_id) == {young["id"]}


@pytest.mark.parametrize("state", [{}, {"failed_at": NOON}, {"failed_at": NOON, "done_at": NOON}], ids=str)
async def test_an_event_that_somebody_has_still_to_hear_or_to_look_at_stays_with_all_its_deliveries(
    cast, maker, state
):
    old = an_event(cast, NOON - 400 * A_DAY)
    await add(maker, OutboxEvent, old)
    await add(maker, EventDelivery, a_delivery(old, "one", done_at=NOON), a_delivery(old, "two", **state))

    await remove(maker, OutboxEvent)

    assert old["id"] in await left(maker, cast.company_id, OutboxEvent.id)
    assert await left(maker, cast.company_id, EventDelivery.listener) == {"one", "two"}


async def test_a_login_code_goes_after_a_day_and_a_link_of_a_session_after_thirty_one(cast, maker):
    codes = [a_code(cast, NOON - 23 * AN_HOUR), a_code(cast, NOON - 25 * AN_HOUR)]
    links = [a_link(cast, NOON - 30 * A_DAY), a_link(cast, NOON - 32 * A_DAY)]
    await add(maker, LoginCode, *codes)
    await add(maker, RefreshToken, *links)

    await remove(maker, LoginCode, RefreshToken)

    assert await left(maker, cast.company_id, LoginCode.id) == {codes[0]["id"]}
    assert await left(maker, cast.company_id, RefreshToken.id) == {links[0]["id"]}


@pytest.mark.covers("P-rel-22")
async def test_a_copy_of_a_link_is_recognised_as_long_as_the_link_could_have_been_good(
    anonymous, maker, clock
):
    tokens = (await register(anonymous))["tokens"]
    company_id, copied = UUID(tokens["company_id"]), tokens["refresh_token"]
    successor = (await refresh(anonymous, copied)).json()["refresh_token"]
    async with transaction(maker, company_id) as session:  # the database has a clock of its own
        is_it = RefreshToken.token_hash == hash_of(copied)
        await session.execute(update(RefreshToken).where(is_it).values(id=id_at(NOON), created_at=NOON))
    clock.advance(days=29, hours=23)

    await remove(maker, RefreshToken, now=clock.now())

    assert (await refresh(anonymous, copied)).json()["code"] == "refresh_token_reused"
    assert (await refresh(anonymous, successor)).status_code == 401


async def test_nothing_of_another_company_goes_before_its_time(cast, other_cast, maker):
    for one, days in ((cast, 31), (other_cast, 29)):
        moment = NOON - days * A_DAY
        event = an_event(one, moment)
        await add(maker, OutboxEvent, event)
        await add(maker, EventDelivery, a_delivery(event, done_at=moment))
        await add(maker, IdempotencyKey, a_key(one, "k", moment))
    before = await left(maker, other_cast.company_id, OutboxEvent.id)

    await remove(maker, IdempotencyKey, OutboxEvent)

    assert await left(maker, cast.company_id, IdempotencyKey.key) == set()
    assert await left(maker, cast.company_id, EventDelivery.listener) == set()
    assert await left(maker, other_cast.company_id, IdempotencyKey.key) == {"k"}
    assert await left(maker, other_cast.company_id, EventDelivery.listener) == {"one"}
    assert await left(maker, other_cast.company_id, OutboxEvent.id) == before


# how it is removed


async def test_much_goes_in_small_portions(cast, maker, engine, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 10)
    old = [an_event(cast, NOON - (31 + n) * A_DAY) for n in range(25)]
    await add(maker, OutboxEvent, *old)

    with statements_of(engine) as sent:
        await remove(maker, OutboxEvent)

    assert len([one for one in sent if one.startswith("WITH claimed")]) >= 3
    assert not {one["id"] for one in old} & await left(maker, cast.company_id, OutboxEvent.id)


async def test_processes_that_remove_at_once_remove_each_row_once(cast, maker, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 20)
    await remove(maker, OutboxEvent)  # what other tests have left
    old = [an_event(cast, NOON - 31 * A_DAY) for _ in range(300)]
    given_up = an_event(cast, NOON - 31 * A_DAY)
    await add(maker, OutboxEvent, *old, given_up)
    await add(maker, EventDelivery, *[a_delivery(one, done_at=NOON) for one in old])
    await add(maker, EventDelivery, a_delivery(given_up, failed_at=NOON))

    removed = await asyncio.gather(*[remove(maker, OutboxEvent) for _ in range(6)])
    rest = await remove(maker, OutboxEvent)

    assert sum(one for [one] in [*removed, rest]) == 300
    assert await left(maker, cast.company_id, EventDelivery.event_id) == {given_up["id"]}


async def test_a_company_whose_rows_cannot_be_removed_keeps_no_other_waiting(cast, other_cast, maker):
    for one in (cast, other_cast):
        await add(maker, IdempotencyKey, a_key(one, "k", NOON - 31 * A_DAY))
    divisor = case((IdempotencyKey.company_id == cast.company_id, 0), else_=1)
    fails_for_one = kept(IdempotencyKey)._replace(spared=1 / divisor == 0)

    removed = await remove_old_rows(maker, fails_for_one, now=NOON)

    assert removed == 1
    assert await left(maker, cast.company_id, IdempotencyKey.key) == {"k"}
    assert await left(maker, other_cast.company_id, IdempotencyKey.key) == set()


# the loop


async def until_all_are_gone(maker: Sessions, company_id: UUID) -> None:
    for _ in range(1000):
        if not await left(maker, company_id, IdempotencyKey.key):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("they are still there")


async def test_it_begins_soon_after_the_start_and_comes_again(cast, maker, clock, monkeypatch):
    monkeypatch.setattr(retention, "FIRST_AFTER_S", 0.0)
    monkeypatch.setattr(retention, "AGAIN_AFTER_S", 0.05)
    loop = asyncio.create_task(remove_old_rows_forever(maker, KEPT, clock))

    for key in ("first", "second"):
        await add(maker, IdempotencyKey, a_key(cast, key, NOON - 31 * A_DAY))
        await until_all_are_gone(maker, cast.company_id)

    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_a_database_that_is_away_does_not_end_it(clock, monkeypatch):
    monkeypatch.setattr(retention, "FIRST_AFTER_S", 0.0)
    monkeypatch.setattr(retention, "AGAIN_AFTER_S", 0.05)
    engine = create_engine("postgresql://nobody:x@127.0.0.1:1/nowhere")
    loop = asyncio.create_task(remove_old_rows_forever(sessions(engine), KEPT, clock))

    await asyncio.sleep(0.5)

    assert not loop.done()
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    await engine.dispose()
