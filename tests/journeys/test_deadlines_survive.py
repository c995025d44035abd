"""Deadlines are columns, so none is lost or happens twice when a process is killed or Redis loses its data."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from tests.cast import Cast
from tests.dispatch.given import an_offered_visit
from tests.running import RunningProduct, until

VISITS = 12
WINDOW_S = 30
STARTS_IN_S = 2
"""The background process takes longer than this, so a reminder becomes due while there is none."""
ONCE = {"worker_reminded": 1, "offer_expired": 1, "dispatcher_notified": 1}


@pytest.mark.citus
@pytest.mark.covers("M2", "P-rel-1")
async def test_every_step_happens_once_though_the_background_process_is_killed_and_redis_is_wiped(
    live_cast: Cast, product: RunningProduct
):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    starts = [tomorrow + timedelta(hours=2 * n) for n in range(VISITS)]
    visits = [
        await an_offered_visit(live_cast, live_cast.pavel.id, starts_at=start, accept_within_s=WINDOW_S)
        for start in starts
    ]

    product.background.process.kill()
    product.background.process.wait()
    await wipe(product)
    await asyncio.sleep(WINDOW_S / 2 - STARTS_IN_S)
    product.background.start()
    await until_all_have_ended(live_cast, visits)
    await asyncio.sleep(1)

    for visit_id in visits:
        history = await history_of(live_cast, visit_id)
        kinds = Counter(event["kind"] for event in history)
        assert {kind: kinds[kind] for kind in ONCE} == ONCE
        assert lateness_s(history) < 10


async def history_of(cast: Cast, visit_id: str) -> list[dict]:
    return (await cast.olga.get(f"/visits/{visit_id}/history")).json()


async def until_all_have_ended(cast: Cast, visits: list[str]) -> None:
    """Until the ladder of each has taken its last step."""

    async def have_ended() -> bool:
        kinds = [{one["kind"] for one in await history_of(cast, visit_id)} for visit_id in visits]
        return all("dispatcher_notified" in one for one in kinds)

    await until(have_ended)


@pytest.mark.citus
@pytest.mark.covers("M3", "P-rel-3")
async def test_an_sms_goes_out_while_redis_is_away(live_cast: Cast, product: RunningProduct):
    sent_before = await count_sent(live_cast)

    async def has_sent() -> bool:
        return await count_sent(live_cast) > sent_before

    product.redis.stop()
    try:
        start = datetime.now(UTC) + timedelta(days=3)
        await an_offered_visit(live_cast, live_cast.pavel.id, starts_at=start, accept_within_s=600)

        await until(has_sent)
        await asyncio.sleep(1)
        sent = await count_sent(live_cast)
    finally:
        product.redis.start()

    assert sent == sent_before + 1


async def count_sent(cast: Cast) -> int:
    page = await cast.olga.get("/messages?kind=offer_made&status=sent&limit=100")
    return len(page.json()["items"])


async def wipe(product: RunningProduct) -> None:
    redis = Redis.from_url(product.settings.redis_url)
    await redis.flushall()
    await redis.aclose()


def lateness_s(history: list[dict]) -> float:
    at = {event["kind"]: datetime.fromisoformat(event["received_at"]) for event in history}
    return (at["offer_expired"] - at["offered"]).total_seconds() - WINDOW_S
