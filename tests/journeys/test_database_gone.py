"""What a phone was told is kept stays kept: PostgreSQL dies and starts again, connections are dropped, Redis loses its
data."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import func, select

from app.core.ids import uuid7
from app.db.session import Session, Sessions, transaction
from app.field.commands.models import CommandRecord
from app.http.audit import AuditEvent
from app.tracking.pings.queries import find_pings
from deploy.local.servers import Postgres
from tests.cast import Cast
from tests.field.test_push import Phone
from tests.journeys.test_deadlines_survive import wipe
from tests.running import DATABASE, RunningProduct, a_server_of_its_own, running_product, until

PHONES = 4
BETWEEN_S = 0.5
DROP = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{DATABASE}' AND usename <> 'postgres'"
PLACE = {"lat": 55.7, "lon": 37.6}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with a_server_of_its_own(tmp_path_factory.mktemp("postgres")) as postgres:
        yield postgres


@pytest.fixture(scope="module")
def product(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    folder = tmp_path_factory.mktemp("running")
    with running_product(folder, owner_url=postgres.url(DATABASE)) as product:
        yield product


Door = Callable[[datetime], Awaitable[httpx.Response]]


class Tracked:
    """Pavel, whose phones send by three doors, a moment each, until it is over. `kept` are the moments acknowledged."""

    def __init__(self, cast: Cast, client: httpx.AsyncClient) -> None:
        self.pavel, self.client = cast.pavel, client
        self.began = (datetime.now(UTC) - timedelta(hours=3)).replace(microsecond=0)
        self.key = ""
        self.kept: set[datetime] = set()
        self.commands: set[str] = set()
        self.is_over = asyncio.Event()

    async def begins(self) -> None:
        tap = {
            "command_id": str(uuid7()),
            "occurred_at": self.began.isoformat(),
            "text_version": 1,
            "lang": "ru",
        }
        assert (await self.pavel.post("/field/tracking/consent", tap)).status_code == 200
        body = {"worker_id": str(self.pavel.id), "name": "Старый телефон", "kind": "traccar"}
        self.key = (await self.pavel.post("/tracking/trackers", body)).json()["key"]

    async def send(
        self, door: Callable[[datetime], Awaitable[httpx.Response]], first: timedelta, pace: timedelta
    ) -> None:
        moments = (self.began + first + number * pace for number in count())
        at = next(moments)
        while not self.is_over.is_set():
            said = await answered(door(at))
            if said is not None:
                assert verdict_of(said) in ("taken", "duplicate"), "a phone deletes what was acknowledged"
                self.kept.add(at)
                at = next(moments)

    def own(self, at: datetime) -> Awaitable[httpx.Response]:
        return self.pavel.post("/tracking/pings", {"pings": [PLACE | {"at": at.isoformat()}]})

    def osmand(self, at: datetime) -> Awaitable[httpx.Response]:
        said = PLACE | {"id": self.key, "timestamp": int(at.timestamp() * 1000)}
        return self.client.get("/api/v1/tracking/osmand", params=said)

    def owntracks(self, at: datetime) -> Awaitable[httpx.Response]:
        said = PLACE | {"_type": "location", "tst": int(at.timestamp())}
        return self.client.post("/api/v1/tracking/owntracks", json=said, auth=("pavel", self.key))

    async def push(self) -> None:
        """Each command again and again until it is applied, then the next."""
        phone, waits = Phone(self.pavel), None
        while not self.is_over.is_set():
            waits = waits or phone.said("give_tracking_consent", self.pavel.id, text_version=1, lang="ru")
            sent = {"sent_at": datetime.now(UTC).isoformat(), "commands": [waits]}
            said = await answered(phone.owner.post("/field/sync/commands", sent))
            if said is not None and said.json()["verdicts"][0]["verdict"] in ("applied", "duplicate"):
                self.commands.add(said.json()["verdicts"][0]["command_id"])
                waits = None

    def at_work(self) -> list[asyncio.Task[None]]:
        ms, second = timedelta(milliseconds=1), timedelta(seconds=1)
        minutes = [timedelta(minutes=10 * number) for number in range(PHONES + 4)]
        sending = [self.send(self.own, first, ms) for first in minutes[:PHONES]]
        sending += [self.send(self.osmand, first, ms) for first in minutes[PHONES : PHONES + 2]]
        sending += [self.send(self.owntracks, minutes[PHONES + 2], second)]
        return [asyncio.create_task(one) for one in [*sending, self.push(), self.push()]]


def verdict_of(answer: httpx.Response) -> str:
    return answer.headers.get("ping-verdict") or answer.json()["verdicts"][0]


async def answered(request: Awaitable[httpx.Response]) -> httpx.Response | None:
    """What a phone does with an answer: it takes one of success, and sends again after everything else."""
    try:
        answer = await request
    except httpx.HTTPError:
        return None
    assert answer.status_code in (200, 503), answer.text
    return answer if answer.status_code == 200 else None


async def drop_connections(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url())
    await connection.execute(DROP)
    await connection.close()


async def die_and_start_again(postgres: Postgres) -> None:
    """As `pg_ctl stop -m immediate`, and as after a power cut: nothing is written any more."""
    assert postgres.process is not None
    postgres.process.send_signal(signal.SIGQUIT)
    await asyncio.to_thread(postgres.process.wait)
    await asyncio.to_thread(postgres.start)


@pytest.mark.covers("M17", "M20", "M29", "P-rel-15")
async def test_what_was_acknowledged_while_database_and_redis_broke_is_there_once(
    live_cast: Cast,
    client: httpx.AsyncClient,
    postgres: Postgres,
    product: RunningProduct,
    its_sessions: Sessions,
) -> None:
    tracked = Tracked(live_cast, client)
    await tracked.begins()
    sending = tracked.at_work()
    for breaks in (drop_connections, die_and_start_again, drop_connections):
        await asyncio.sleep(BETWEEN_S)
        seen = len(tracked.kept), len(tracked.commands)
        await breaks(postgres)
        await wipe(product)
        await until(lambda seen=seen: goes_on(tracked, *seen))
    tracked.is_over.set()
    await asyncio.gather(*sending)

    async with transaction(its_sessions, live_cast.company_id) as session:
        company_id, day = live_cast.company_id, timedelta(days=1)
        pings = await find_pings(
            session, company_id, tracked.pavel.id, tracked.began - day, tracked.began + day
        )
        applied = await commands_of(session, company_id)
        entered = await session.scalar(
            select(func.count())
            .select_from(AuditEvent)
            .where(AuditEvent.company_id == company_id, AuditEvent.action == "giveTrackingConsent")
        )
    assert tracked.kept - {one.at for one in pings} == set()
    assert len(pings) == len({one.at for one in pings})
    assert tracked.commands - set(applied) == set()
    assert entered == len(applied), "each has its effect once"
    await until(lambda: is_well(product))


async def goes_on(tracked: Tracked, pings: int, commands: int) -> bool:
    return len(tracked.kept) > pings + PHONES and len(tracked.commands) > commands


async def is_well(product: RunningProduct) -> bool:
    """The API and the background process say so themselves. Nobody has started them again."""
    return product.api.alive() and product.background.alive() and product.is_healthy()


async def commands_of(session: Session, company_id: Any) -> list[str]:
    applied = select(CommandRecord.command_id).where(
        CommandRecord.company_id == company_id, CommandRecord.verdict == "applied"
    )
    return [str(one) for one in await session.scalars(applied)]
