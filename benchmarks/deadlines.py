"""P1: how late unanswered offers climb the default ladder, compared with arq's deferred jobs at the same moments.

At the deadline the offer ends, the dispatcher is told and the next worker gets an offer. Lateness is the time
from the deadline to the last COMMIT of these (PostgreSQL's own commit timestamps). For arq it is the time until
its job begins to run. History and offers show what was lost or doubled: each offer must end once, and somebody
else must get an offer once.
"""

import asyncio
import random
import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any

from arq import create_pool
from arq.connections import ArqRedis, RedisSettings

from benchmarks.arq_reference import LATENESS, QUEUE
from benchmarks.figures import Figure, Figures
from benchmarks.servers import PYTHON, Process, Product, Servers, product_on, servers
from benchmarks.world import (
    Company,
    OpenOffer,
    make_companies,
    make_messages_awaiting_reports,
    make_offers,
)

GOAL = 0.1
BACKLOG_GOAL_S = 10.0
ALONE_GOAL_S = 2.0
PAIR_GOAL_S = 0.5
"""Goal for the pair of processes: arq's own p99 without any kill."""
BEFORE_FIRST = timedelta(seconds=5)
PER_ROW = timedelta(milliseconds=4)
"""Time to write one offer or job. All are written before the first one is due."""
PATIENCE_S = 120

WORKERS = 200
MANY_COMPANIES = 1_000
THEIR_WORKERS = 8
OTHER_CLOCKS = 100_000
FEW = (500, 20.0)
MANY = (6_000, 60.0)
BACKLOG = 1_000
CHAOS = (1_500, 45.0)
QUIET = (240, 60.0)
KILLS_EVERY_S = 6.0
QUIET_KILLS_EVERY_S = 10.0
"""Longer than the restart of any process."""


async def measure(scale: float) -> Figures:
    with servers("deadlines") as running:
        course = Course(running, product_on(running), scale)
        few = await course.race(await course.make_companies(1, WORKERS), *FEW)
        backlog = await course.backlog(BACKLOG)
        chaos = await course.kills(*CHAOS, processes=2, every_s=KILLS_EVERY_S, wipe=True)
        alone = await course.kills(*QUIET, processes=1, every_s=QUIET_KILLS_EVERY_S)
        pair = await course.kills(*QUIET, processes=2, every_s=QUIET_KILLS_EVERY_S)
        many = await course.race(await course.make_crowd(), *MANY)
    parts = {
        "500 in 20 s": few,
        "6,000 in 60 s, 1,000 companies, 100,000 other open clocks": many,
        "backlog of 1,000": backlog,
        "two processes, one killed every 6 s, FLUSHALL, PostgreSQL restarted": chaos,
        "the only process killed, idle machine": alone,
        "one of two processes killed, idle machine": pair,
    }
    met = {
        f"p99 ≤ {GOAL} × arq's": max(few["ratio"], many["ratio"]) <= GOAL,
        "none early, lost or doubled": all(
            one["early"] == one["lost"] == one["doubled"] == 0 for one in parts.values()
        ),
        f"backlog climbed in ≤ {BACKLOG_GOAL_S:.0f} s": backlog["climbed within_s"] <= BACKLOG_GOAL_S,
        f"≤ {ALONE_GOAL_S:.0f} s late after kill -9 of the only process": alone["max_s"] <= ALONE_GOAL_S,
        f"≤ {PAIR_GOAL_S} s of one of two": pair["max_s"] <= PAIR_GOAL_S,
    }
    figure = Figure(
        metric="lateness of acceptance deadlines on the default ladder, p99",
        value=many["p99_s"],
        reference=many["arq_p99_s"],
        reference_is="arq deferred jobs",
        ratio=max(few["ratio"], many["ratio"]),
        goal="; ".join(met),
        holds=all(met.values()),
        unit="s",
        parts={"goals": {goal: "yes" if holds else "NO" for goal, holds in met.items()}} | parts,
    )
    return {"P1": figure}


class Course:
    """One product on one set of servers, and the tests that it must pass."""

    def __init__(self, running: Servers, product: Product, scale: float) -> None:
        self._running = running
        self._product = product
        self._scale = scale

    async def make_companies(self, count: int, workers: int) -> list[Company]:
        async with self._running.owner_of(self._product.database) as owner:
            return await make_companies(owner, count, workers=workers)

    async def make_crowd(self) -> list[Company]:
        """Many companies with other deadlines: half are offers of the coming days, half are messages that wait
        for delivery reports."""
        companies = await self.make_companies(MANY_COMPANIES, THEIR_WORKERS)
        half = round(OTHER_CLOCKS * self._scale) // 2
        owners = list(islice(cycle(companies), half))
        first = datetime.now(UTC) + timedelta(days=1)
        deadlines = [first + timedelta(days=3) * n / half for n in range(half)]
        async with self._running.owner_of(self._product.database) as owner:
            await make_offers(owner, owners, deadlines)
            await make_messages_awaiting_reports(owner, owners)
            await owner.execute("ANALYZE")
        return companies

    async def race(self, companies: Sequence[Company], count: int, within_s: float) -> dict[str, Any]:
        """Run the background process and an arq worker with the same deadlines at the same time."""
        count = round(count * self._scale)
        redis = await create_pool(RedisSettings.from_dsn(self._running.redis.url()))
        background = self._product.background()
        background.start()
        background.wait_until_at_work()
        async with self._arq_worker():
            deadlines = _deadlines(count, within_s * self._scale)
            offers = await self._make_offers(companies, deadlines)
            for due_at in deadlines:
                await redis.enqueue_job(
                    "note_lateness", due_at.timestamp(), _defer_until=due_at, _queue_name=QUEUE
                )
            await self._until_climbed(offers)
            arq = await _arq_lateness(redis, count)
        background.stop()
        await redis.aclose()
        found = await self._judge(offers)
        arq_p99 = _quantile(arq, 0.99)
        return found | {
            "arq_p50_s": _quantile(arq, 0.5),
            "arq_p99_s": arq_p99,
            "arq_max_s": max(arq),
            "ratio": found["p99_s"] / arq_p99,
        }

    async def backlog(self, count: int) -> dict[str, Any]:
        """`count` visits of one company are overdue at once, as after an hour without a background process."""
        companies = await self.make_companies(1, WORKERS)
        background = self._product.background()
        background.start()
        background.wait_until_at_work()
        now = datetime.now(UTC)
        count = round(count * self._scale)
        overdue = [now - timedelta(minutes=10) + timedelta(minutes=10) * n / count for n in range(count)]
        offers = await self._make_offers(companies, overdue)
        committed_at = datetime.now(UTC)
        await self._until_climbed(offers)
        background.stop()
        found = await self._judge(offers, since=committed_at)
        climbed_within = found["max_s"]
        return found | {"climbed within_s": climbed_within, "per second": count / climbed_within}

    async def kills(
        self, count: int, within_s: float, *, processes: int, every_s: float, wipe: bool = False
    ) -> dict[str, Any]:
        """Kill background processes in turn and restart them at once. With `wipe` Redis loses all its data at
        each kill, and PostgreSQL is restarted in the middle."""
        companies = await self.make_companies(1, WORKERS)
        backgrounds = [self._product.background() for _ in range(processes)]
        for one in backgrounds:
            one.start()
            one.wait_until_at_work()
        deadlines = _deadlines(round(count * self._scale), within_s)
        offers = await self._make_offers(companies, deadlines)
        redis = await create_pool(RedisSettings.from_dsn(self._running.redis.url()))
        kills, away_s = 0, 0.0
        await asyncio.sleep((deadlines[0] - datetime.now(UTC)).total_seconds())
        while datetime.now(UTC) < deadlines[-1] - timedelta(seconds=every_s):
            await asyncio.sleep(every_s * random.uniform(0.7, 1.3))
            victim = backgrounds[kills % processes]
            victim.kill()
            victim.start()
            kills += 1
            if wipe:
                await redis.flushall()
            if wipe and not away_s and datetime.now(UTC) > deadlines[len(deadlines) // 2]:
                # in this thread: a server dies with the thread that started it
                away_s = self._running.restart_postgres()
        await self._until_climbed(offers)
        for one in backgrounds:
            one.stop()
        await redis.aclose()
        found = await self._judge(offers) | {"kills": kills}
        return found | {"PostgreSQL away_s": away_s} if wipe else found

    async def _make_offers(
        self, companies: Sequence[Company], deadlines: Sequence[datetime]
    ) -> list[OpenOffer]:
        async with self._running.owner_of(self._product.database) as owner:
            return await make_offers(owner, list(islice(cycle(companies), len(deadlines))), deadlines)

    @asynccontextmanager
    async def _arq_worker(self) -> AsyncIterator[None]:
        command = [str(PYTHON), "-m", "benchmarks.arq_reference", self._running.redis.url()]
        worker = Process(command, self._product.environment(), self._running.folder / "arq.log")
        worker.start()
        try:
            yield
        finally:
            worker.stop()

    async def _until_climbed(self, offers: Sequence[OpenOffer]) -> None:
        """Wait until all ladders are climbed. Asks rarely, so as not to disturb, and gives up after some time."""
        last = max(one.expires_at for one in offers)
        await asyncio.sleep((last - datetime.now(UTC)).total_seconds())
        visits = [one.visit_id for one in offers]
        async with self._running.owner_of(self._product.database) as owner:
            for _ in range(PATIENCE_S):
                waiting = await owner.fetchval(
                    "SELECT count(*) FROM visit WHERE id = ANY($1) AND (accept_by IS NULL OR accept_by <= $2)",
                    visits,
                    last,
                )
                if not waiting:
                    return
                await asyncio.sleep(1)

    async def _judge(self, offers: Sequence[OpenOffer], *, since: datetime | None = None) -> dict[str, Any]:
        """What was committed, and how long after its deadline or after `since`."""
        async with self._running.owner_of(self._product.database) as owner:
            rows = await owner.fetch(JUDGED, [one.offer_id for one in offers])
        climbed = [row for row in rows if row["times_expired"] and row["times_asked"]]
        if len(climbed) < 2:
            raise TimeoutError(f"{len(climbed)} of {len(offers)} ladders were climbed")
        late = [(row["climbed_at"] - (since or row["expires_at"])).total_seconds() for row in climbed]
        return {
            "p50_s": _quantile(late, 0.5),
            "p99_s": _quantile(late, 0.99),
            "max_s": max(late),
            "early": sum(row["climbed_at"] < row["expires_at"] for row in climbed),
            "lost": len(offers) - len(climbed),
            "doubled": sum(row["times_expired"] > 1 or row["times_asked"] > 1 for row in rows),
        }


JUDGED = """
    SELECT offer.expires_at,
           count(DISTINCT expiry.id) AS times_expired,
           count(DISTINCT asked.id) AS times_asked,
           greatest(max(pg_xact_commit_timestamp(expiry.xmin)),
                    max(pg_xact_commit_timestamp(asked.xmin))) AS climbed_at
      FROM offer
      LEFT JOIN visit_event expiry
             ON (expiry.company_id, expiry.visit_id) = (offer.company_id, offer.visit_id)
            AND expiry.kind = 'offer_expired' AND expiry.payload->>'offer_id' = offer.id::text
      LEFT JOIN offer asked
             ON (asked.company_id, asked.visit_id) = (offer.company_id, offer.visit_id)
            AND asked.id <> offer.id
     WHERE offer.id = ANY($1)
     GROUP BY offer.id, offer.expires_at
"""
"""For each unanswered offer: how often it ended, how often somebody else got an offer, and when all was done."""


def _deadlines(count: int, within_s: float) -> list[datetime]:
    """Evenly spread deadlines, so that each second has the same load."""
    first = datetime.now(UTC) + BEFORE_FIRST + count * PER_ROW
    return [first + timedelta(seconds=within_s * n / count) for n in range(count)]


async def _arq_lateness(redis: ArqRedis, count: int) -> list[float]:
    """Wait for all jobs and return how late each one was."""
    for _ in range(PATIENCE_S):
        found: list[bytes] = await redis.lrange(LATENESS, 0, -1)  # type: ignore[misc]  # typed for both clients
        if len(found) >= count:
            await redis.delete(LATENESS)
            return [float(one) for one in found]
        await asyncio.sleep(1)
    raise TimeoutError(f"arq ran {len(found)} of {count} jobs")


def _quantile(values: Sequence[float], share: float) -> float:
    return statistics.quantiles(values, n=1000, method="inclusive")[round(share * 1000) - 1]
