"""P1: how late unanswered offers are escalated, beside arq's deferred jobs due at the same moments.

Lateness is measured at COMMIT (PostgreSQL's own commit timestamps), when the dispatcher can see it;
arq's at the moment its job begins to run.
"""

import asyncio
import random
import signal
import statistics
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from arq import create_pool
from arq.connections import ArqRedis, RedisSettings

from app.db.session import Sessions, create_engine, sessions
from benchmarks.arq_reference import LATENESS, QUEUE
from benchmarks.figures import Figure, Figures
from benchmarks.servers import BackgroundProcess, Product, Servers, product_on, servers
from benchmarks.world import World, make_offers, make_world
from deploy.local.places import CHECKOUT, VENV
from deploy.local.servers.process import finish, spawn

GOAL = 0.25
BEFORE_FIRST = timedelta(seconds=5)
PER_ROW = timedelta(milliseconds=4)
"""All offers and jobs are written before the first of them is due."""
PATIENCE_S = 60.0

RACES = {"500 in 20 s": (500, 20.0), "6,000 in 60 s": (6000, 60.0)}
CHAOS = (1500, 45.0)
KILLS_EVERY_S = 6.0


async def measure() -> Figures:
    parts: dict[str, Any] = {}
    with servers("deadlines") as running, product_on(running) as product:
        engine = create_engine(product.app_url, pool_size=5)
        maker = sessions(engine)
        for name, (count, within_s) in RACES.items():
            parts[name] = await _race(running, product, maker, count=count, within_s=within_s)
        parts["kill -9, FLUSHALL, PostgreSQL restarted"] = await _chaos(running, product, maker)
        await engine.dispose()
    worst = max((parts[name] for name in RACES), key=lambda one: one["ratio"])
    clean = all(one["early"] == one["lost"] == one["doubled"] == 0 for one in parts.values())
    figure = Figure(
        metric="lateness of acceptance deadlines, p99",
        value=worst["p99_s"],
        reference=worst["arq_p99_s"],
        reference_is="arq deferred jobs",
        ratio=worst["ratio"],
        goal=f"ratio ≤ {GOAL}; none early, lost or doubled",
        holds=worst["ratio"] <= GOAL and clean,
        unit="s",
        parts=parts,
    )
    return {"P1": figure}


async def _race(
    running: Servers, product: Product, maker: Sessions, *, count: int, within_s: float
) -> dict[str, Any]:
    """The background process and an arq worker with the same deadlines at the same time."""
    world = await make_world(maker)
    redis = await create_pool(RedisSettings.from_dsn(running.redis.url()))
    background = BackgroundProcess(product)
    background.start()
    background.wait_until_at_work()
    async with _arq_worker(running):
        deadlines = _deadlines(count, within_s)
        visits = await make_offers(maker, world, deadlines)
        for due_at in deadlines:
            await redis.enqueue_job(
                "note_lateness", due_at.timestamp(), _defer_until=due_at, _queue_name=QUEUE
            )
        await _until_all_escalated(running, visits, deadlines)
        arq = await _arq_lateness(redis, count)
    background.stop()
    await redis.aclose()
    found = await _judge(running, world, visits)
    arq_p99 = _quantile(arq, 0.99)
    return found | {
        "arq_p50_s": _quantile(arq, 0.5),
        "arq_p99_s": arq_p99,
        "arq_max_s": max(arq),
        "ratio": found["p99_s"] / arq_p99,
    }


def _deadlines(count: int, within_s: float) -> list[datetime]:
    """Evenly spread, so that the load is the same in each second."""
    first = datetime.now(UTC) + BEFORE_FIRST + count * PER_ROW
    return [first + timedelta(seconds=within_s * n / count) for n in range(count)]


@asynccontextmanager
async def _arq_worker(running: Servers) -> AsyncIterator[None]:
    command = [str(VENV / "bin" / "python"), "-m", "benchmarks.arq_reference", running.redis.url()]
    process = spawn(command, log=running.folder / "arq.log", cwd=CHECKOUT)
    try:
        yield
    finally:
        finish(process, (signal.SIGTERM, 10.0))


async def _arq_lateness(redis: ArqRedis, count: int) -> list[float]:
    """Waits for those that are still to come."""
    for _ in range(int(PATIENCE_S)):
        found: list[bytes] = await redis.lrange(LATENESS, 0, -1)  # type: ignore[misc]  # typed for both clients
        if len(found) >= count:
            await redis.delete(LATENESS)
            return [float(one) for one in found]
        await asyncio.sleep(1)
    raise TimeoutError(f"arq ran {len(found)} of {count} jobs")


async def _until_all_escalated(
    running: Servers, visits: Sequence[UUID], deadlines: Sequence[datetime]
) -> None:
    """Asks rarely, so as not to disturb; gives up a minute after the last deadline."""
    await asyncio.sleep((deadlines[-1] - datetime.now(UTC)).total_seconds())
    for _ in range(int(PATIENCE_S)):
        if (
            await _ask(
                running, "SELECT count(*) FROM visit WHERE id = ANY($1) AND accept_by IS NOT NULL", visits
            )
            == 0
        ):
            return
        await asyncio.sleep(1)


async def _ask(running: Servers, question: str, *values: Any) -> Any:
    connection = await asyncpg.connect(running.postgres.url("brigada"))
    try:
        return await connection.fetchval(question, *values)
    finally:
        await connection.close()


async def _judge(running: Servers, world: World, visits: Sequence[UUID]) -> dict[str, Any]:
    """What the history says: one expiry for each offer, when it was committed, and the dispatcher told once."""
    connection = await asyncpg.connect(running.postgres.url("brigada"))
    try:
        rows = await connection.fetch(
            """
            SELECT event.visit_id,
                   extract(epoch FROM pg_xact_commit_timestamp(event.xmin) - offer.expires_at)::float8 AS late_s
              FROM visit_event event JOIN offer USING (company_id, visit_id)
             WHERE event.company_id = $1 AND event.kind = 'offer_expired'
            """,
            world.company_id,
        )
        told = await connection.fetchval(
            "SELECT count(*) FROM inbox_item WHERE company_id = $1 AND subject_id = ANY($2)",
            world.company_id,
            visits,
        )
    finally:
        await connection.close()
    times = Counter(row["visit_id"] for row in rows)
    late = [row["late_s"] for row in rows]
    return {
        "p50_s": _quantile(late, 0.5),
        "p99_s": _quantile(late, 0.99),
        "max_s": max(late),
        "early": sum(one < 0 for one in late),
        "lost": len(visits) - len(times),
        "doubled": sum(count > 1 for count in times.values()) + max(told - len(visits), 0),
    }


async def _chaos(running: Servers, product: Product, maker: Sessions) -> dict[str, Any]:
    """The background process killed every few seconds, Redis wiped, PostgreSQL restarted in the middle."""
    world = await make_world(maker)
    count, within_s = CHAOS
    background = BackgroundProcess(product)
    background.start()
    background.wait_until_at_work()
    deadlines = _deadlines(count, within_s)
    visits = await make_offers(maker, world, deadlines)
    redis = await create_pool(RedisSettings.from_dsn(running.redis.url()))
    kills, away_s = 0, 0.0
    await asyncio.sleep((deadlines[0] - datetime.now(UTC)).total_seconds())
    while datetime.now(UTC) < deadlines[-1]:
        await asyncio.sleep(KILLS_EVERY_S * random.uniform(0.7, 1.3))
        background.kill()
        background.start()
        kills += 1
        await redis.flushall()
        if not away_s and datetime.now(UTC) > deadlines[count // 2]:
            away_s = (
                running.restart_postgres()
            )  # in this thread: a server dies with the thread that started it
    await _until_all_escalated(running, visits, deadlines)
    background.stop()
    await redis.aclose()
    return await _judge(running, world, visits) | {"kills": kills, "PostgreSQL away_s": away_s}


def _quantile(values: Sequence[float], share: float) -> float:
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]
