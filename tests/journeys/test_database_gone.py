"""What a phone was told is kept stays kept, although the database drops every connection and Redis loses its data."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from app.core.ids import uuid7
from app.db.session import Sessions, transaction
from app.field.commands.models import CommandRecord
from app.tracking.pings.queries import find_pings
from tests import conftest
from tests.cast import Cast
from tests.field.test_push import Phone
from tests.journeys.test_deadlines_survive import wipe
from tests.running import RunningProduct

PHONES = 6
BREAKS = 3
BETWEEN_S = 0.5
DROP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND usename = 'brigada_app'"
)


@pytest.mark.covers("M20", "M29", "P-rel-15")
async def test_what_was_acknowledged_while_database_and_redis_broke_is_there(
    live_cast: Cast, product: RunningProduct, its_sessions: Sessions
) -> None:
    pavel, began = live_cast.pavel, datetime.now(UTC) - timedelta(hours=2)
    tap = {"command_id": str(uuid7()), "occurred_at": began.isoformat(), "text_version": 1, "lang": "ru"}
    assert (await pavel.post("/field/tracking/consent", tap)).status_code == 200
    pings: set[int] = set()
    commands: set[str] = set()
    is_over = asyncio.Event()

    async def send_pings(phone: int) -> None:
        seq = phone * 100_000
        while not is_over.is_set():
            at = (began + timedelta(milliseconds=seq)).isoformat()
            ping = {"at": at, "lat": 55.7, "lon": 37.6, "seq": seq}
            said = await answered(pavel.post("/tracking/pings", {"pings": [ping]}))
            if said is not None and said["verdicts"][0] in ("taken", "duplicate"):
                pings.add(seq)
                seq += 1

    async def push_commands() -> None:
        phone, waits = Phone(pavel), None
        while not is_over.is_set():
            waits = waits or phone.said("give_tracking_consent", pavel.id, text_version=1, lang="ru")
            sent = {"sent_at": datetime.now(UTC).isoformat(), "commands": [waits]}
            said = await answered(phone.owner.post("/field/sync/commands", sent))
            if said is not None and said["verdicts"][0]["verdict"] in ("applied", "duplicate"):
                commands.add(said["verdicts"][0]["command_id"])
                waits = None

    sending = [asyncio.create_task(send_pings(number)) for number in range(PHONES)]
    sending += [asyncio.create_task(push_commands()) for _ in range(2)]
    database = urlsplit(product.settings.app_database_url).path.lstrip("/")
    for _ in range(BREAKS):
        await asyncio.sleep(BETWEEN_S)
        await conftest.as_admin(DROP.format(database))
        await wipe(product)
    await asyncio.sleep(BETWEEN_S)
    is_over.set()
    await asyncio.gather(*sending)

    async with transaction(its_sessions, live_cast.company_id) as session:
        since, until = began - timedelta(days=1), began + timedelta(days=1)
        kept = {one.seq for one in await find_pings(session, live_cast.company_id, pavel.id, since, until)}
        applied = select(CommandRecord.command_id).where(
            CommandRecord.company_id == live_cast.company_id, CommandRecord.verdict == "applied"
        )
        done = {str(one) for one in await session.scalars(applied)}
    assert len(pings) > PHONES * BREAKS
    assert len(commands) > BREAKS
    assert pings - kept == set()
    assert commands - done == set()


async def answered(request: Any) -> Any:
    """What a phone does with an answer: it takes one of success, and sends again after everything else."""
    try:
        answer = await request
    except httpx.HTTPError:
        return None
    assert answer.status_code in (200, 503), answer.text
    return answer.json() if answer.status_code == 200 else None
