"""A worker's day on his phone: how large it is, how fast it comes to 200 phones, and what it costs beside bare SQL.

200 phones of one company, each with eight visits today and a year of visits behind it, on one process of the API. In
the morning each pulls its whole day within a minute. Then each asks every ten seconds for what has changed; meanwhile
the office edits visits and writes in chats. Both are open loops: a slow answer delays no other request.

The reference reads the same rows by plain SELECTs over asyncpg, as the same role.
"""

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from benchmarks.days import make_days
from benchmarks.figures import Figure, Figures
from benchmarks.servers import Product, Servers, WebProcess, cpu_s, product_on, servers
from benchmarks.world import Company

PHONES = 200
MORNING_S = 60
"""Within this time each phone pulls its day."""
EVERY_S = 10
"""How often a phone asks then."""
DURING_S = 40
CHANGES_PER_S = 4
"""By the office: every tenth answer has something in it."""
COUNTED = 100
"""Pulls whose CPU is counted."""
SIZE_GOAL_BYTES = 30_000
P95_GOAL_MS = 50

Took = list[float]
"""Milliseconds of each request."""


class Phones:
    def __init__(self, http: httpx.AsyncClient, company: Company) -> None:
        self._http = http
        self._company = company
        self.cursors: dict[UUID, str] = {}
        self.sizes: list[int] = []
        """Bytes of each answer on the wire."""

    async def pull(self, worker_id: UUID, *, is_new: bool = False) -> dict[str, Any]:
        """Pull from the cursor of this phone, or everything if it is new."""
        cursor = None if is_new else self.cursors.get(worker_id)
        path = "/api/v1/field/sync" + (f"?cursor={cursor}" if cursor else "")
        headers = {"Authorization": f"Bearer {self._company.worker_token(worker_id)}"}
        answer = await self._http.get(path, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
        self.sizes.append(answer.num_bytes_downloaded)
        delta: dict[str, Any] = answer.json()
        self.cursors[worker_id] = delta["cursor"]
        return delta

    async def timed(self, worker_id: UUID, after_s: float) -> float:
        await asyncio.sleep(after_s)
        started = time.perf_counter()
        await self.pull(worker_id)
        return (time.perf_counter() - started) * 1000


async def measure(scale: float) -> Figures:
    with servers("sync") as running:
        product = product_on(running)
        async with running.owner_of(product.database) as owner:
            company = await make_days(owner, workers=max(round(PHONES * scale), 10))
        api = product.api()
        api.start()
        try:
            return {"sync": await _measure(running, product, api, company, scale)}
        finally:
            api.stop()


async def _measure(
    running: Servers, product: Product, api: WebProcess, company: Company, scale: float
) -> Figure:
    limits = httpx.Limits(max_connections=PHONES, max_keepalive_connections=PHONES)
    async with httpx.AsyncClient(base_url=api.address, timeout=30, limits=limits) as http:
        phones = Phones(http, company)
        await _warm_up(phones, company)
        morning, sizes = await _morning(phones, company, MORNING_S * scale)
        day = await _day(running, product, phones, company, DURING_S * scale)
        pids = {"api": api.pid, "postgres": running.postgres_pid}
        worker_id = company.workers[0]
        full = await _cpu_ms(lambda: phones.pull(worker_id, is_new=True), pids)
        empty = await _cpu_ms(lambda: phones.pull(worker_id), pids)
    bare = await _bare(running, product, company, worker_id)
    p95 = _quantile(morning + day, 95)
    largest = max(sizes)
    return Figure(
        metric=f"a day of a worker to {len(company.workers)} phones, and what changes then: p95 of an answer",
        value=p95,
        reference=sum(bare.values()),
        reference_is="CPU: the same rows by bare SQL over asyncpg",
        ratio=sum(full.values()) / sum(bare.values()),
        goal=f"p95 ≤ {P95_GOAL_MS} ms; a day ≤ {SIZE_GOAL_BYTES:,} bytes compressed",
        holds=p95 <= P95_GOAL_MS and largest <= SIZE_GOAL_BYTES,
        unit="ms",
        parts={
            "a whole day": {"bytes compressed, median": statistics.median(sizes), "largest": largest},
            f"{len(morning)} days within {MORNING_S * scale:.0f} s": _spread(morning),
            f"{len(day)} polls, each phone every {EVERY_S} s": _spread(day),
            "CPU_ms of a whole day": full,
            "CPU_ms when nothing has changed": empty,
            "CPU_ms of the same rows by bare SQL": bare,
        },
    )


async def _warm_up(phones: Phones, company: Company) -> None:
    """Each connection prepares its statements, and the API knows the accounts."""
    for _ in range(3):
        await asyncio.gather(*(phones.pull(one, is_new=True) for one in company.workers[:30]))
    phones.cursors.clear()


async def _morning(phones: Phones, company: Company, within_s: float) -> tuple[Took, list[int]]:
    """Each phone pulls its whole day at some moment. Answers with the times and the sizes."""
    dice = random.Random(7)  # the same moments in each run
    phones.sizes.clear()
    took = await asyncio.gather(*(phones.timed(one, dice.uniform(0, within_s)) for one in company.workers))
    return list(took), list(phones.sizes)


async def _day(running: Servers, product: Product, phones: Phones, company: Company, during_s: float) -> Took:
    """Each phone asks every ten seconds, while the office changes something."""
    dice = random.Random(8)

    async def phone(worker_id: UUID) -> Took:
        first = dice.uniform(0, min(EVERY_S, during_s))
        moments = [first + EVERY_S * n for n in range(max(int(during_s // EVERY_S), 1))]
        return list(await asyncio.gather(*(phones.timed(worker_id, at) for at in moments)))

    async with _office(running, product, company):
        return [one for took in await asyncio.gather(*map(phone, company.workers)) for one in took]


@asynccontextmanager
async def _office(running: Servers, product: Product, company: Company) -> AsyncIterator[None]:
    async def change() -> None:
        async with running.owner_of(product.database) as owner:
            while True:
                await owner.execute(CHANGE, company.id)
                await asyncio.sleep(1 / CHANGES_PER_S)

    task = asyncio.create_task(change())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


CHANGE = """
    UPDATE job SET instructions = 'Ключ у консьержки, ' || clock_timestamp() WHERE company_id = $1 AND id =
        (SELECT job_id FROM visit WHERE company_id = $1 AND status = 'accepted' ORDER BY random() LIMIT 1)"""


async def _cpu_ms(call: Callable[[], Awaitable[Any]], pids: dict[str, int]) -> dict[str, float]:
    await call()
    before = {server: cpu_s(pid) for server, pid in pids.items()}
    for _ in range(COUNTED):
        await call()
    return {server: (cpu_s(pid) - before[server]) / COUNTED * 1000 for server, pid in pids.items()}


OWN = """own AS (
    SELECT v.id, v.job_id FROM visit_booking b JOIN visit v ON v.company_id = b.company_id AND v.id = b.visit_id
     WHERE b.company_id = $1 AND b.worker_id = $2
       AND b.period && tstzrange(now() - interval '1 day', now() + interval '7 days'))"""
BARE = (
    f"""WITH {OWN} SELECT v.*, j.*, t.*, c.*, s.* FROM own JOIN visit v ON v.company_id = $1 AND v.id = own.id
        JOIN job j ON j.company_id = $1 AND j.id = own.job_id
        JOIN job_type t ON t.company_id = $1 AND t.id = j.job_type_id
        JOIN client c ON c.company_id = $1 AND c.id = j.client_id
        JOIN site s ON s.company_id = $1 AND s.id = j.site_id""",
    f"""WITH {OWN} SELECT p.* FROM own JOIN job j ON j.company_id = $1 AND j.id = own.job_id
        JOIN client_contact p ON p.company_id = $1 AND p.client_id = j.client_id""",
    f"WITH {OWN} SELECT m.* FROM own JOIN measurement m ON m.company_id = $1 AND m.job_id = own.job_id",
    f"""WITH {OWN} SELECT o.* FROM own JOIN measurement m ON m.company_id = $1 AND m.job_id = own.job_id
        JOIN opening o ON o.company_id = $1 AND o.measurement_id = m.id""",
    f"WITH {OWN} SELECT a.* FROM own JOIN attachment a ON a.company_id = $1 AND a.visit_id = own.id",
    f"WITH {OWN} SELECT p.* FROM own JOIN payment p ON p.company_id = $1 AND p.visit_id = own.id",
    f"WITH {OWN} SELECT m.* FROM own JOIN chat_message m ON m.company_id = $1 AND m.job_id = own.job_id",
    "SELECT * FROM work_item WHERE company_id = $1 AND $2::uuid IS NOT NULL AND is_active",
    "SELECT id, name FROM user_account WHERE company_id = $1 AND $2::uuid IS NOT NULL AND is_active",
)
"""One statement for each table or group of tables."""


async def _bare(running: Servers, product: Product, company: Company, worker_id: UUID) -> dict[str, float]:
    """CPU of the same rows, in one transaction, as the restricted role."""
    connection = await asyncpg.connect(product.app_url, server_settings={"jit": "off"})

    async def read() -> None:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL app.company_id = '{company.id}'")
            for statement in BARE:
                await connection.fetch(statement, company.id, worker_id)

    await read()
    before = time.process_time(), cpu_s(running.postgres_pid)
    for _ in range(COUNTED):
        await read()
    after = time.process_time(), cpu_s(running.postgres_pid)
    await connection.close()
    python, postgres = ((late - early) / COUNTED * 1000 for early, late in zip(before, after, strict=True))
    return {"python": python, "postgres": postgres}


def _spread(took: Took) -> dict[str, float]:
    return {"p50_ms": _quantile(took, 50), "p95_ms": _quantile(took, 95), "max_ms": max(took)}


def _quantile(took: Took, percent: int) -> float:
    return statistics.quantiles(took, n=100, method="inclusive")[percent - 1]
