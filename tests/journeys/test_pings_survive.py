"""What a phone was told is kept stays kept, whatever happens to the server."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.core.ids import uuid7
from app.db.session import Sessions, transaction
from app.tracking.pings.queries import find_pings
from tests.cast import Cast
from tests.running import RunningProduct

PHONES = 20
KILL_AFTER_S = 1.0


@pytest.mark.covers("M17", "P-rel-15")
async def test_every_ping_that_was_acknowledged_is_there_after_the_api_was_killed(
    live_cast: Cast, product: RunningProduct, its_sessions: Sessions
):
    pavel, began = live_cast.pavel, datetime.now(UTC) - timedelta(hours=2)
    tap = {"command_id": str(uuid7()), "occurred_at": began.isoformat(), "text_version": 1, "lang": "ru"}
    assert (await pavel.post("/field/tracking/consent", tap)).status_code == 200
    acknowledged: set[int] = set()

    async def send(phone: int) -> None:
        """Until the server is gone."""
        for seq in range(phone * 100_000, (phone + 1) * 100_000):
            ping = {
                "at": (began + timedelta(milliseconds=seq)).isoformat(),
                "lat": 55.7,
                "lon": 37.6,
                "seq": seq,
            }
            try:
                answer = await pavel.post("/tracking/pings", {"pings": [ping]})
            except httpx.HTTPError:
                return
            assert answer.json()["verdicts"] == ["taken"]
            acknowledged.add(seq)

    sending = [asyncio.create_task(send(phone)) for phone in range(PHONES)]
    await asyncio.sleep(KILL_AFTER_S)
    product.api.process.kill()
    product.api.process.wait()
    await asyncio.gather(*sending)
    product.api.start()
    product.wait_until_healthy()

    async with transaction(its_sessions, live_cast.company_id) as session:
        kept = await find_pings(
            session, live_cast.company_id, pavel.id, began - timedelta(days=1), began + timedelta(days=1)
        )
    assert len(acknowledged) > PHONES
    assert acknowledged - {one.seq for one in kept} == set()
