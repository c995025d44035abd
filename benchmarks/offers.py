"""Offer and accept through HTTP, beside bare commits on the same PostgreSQL.

Each pair is two requests with two commits, which write the offer and its booking, the history, the
audit and the outbox; the background process delivers the news meanwhile.
"""

from typing import Any

import asyncpg
import httpx

from app.db.session import create_engine, sessions
from benchmarks.driver import drive
from benchmarks.figures import Figure, Figures
from benchmarks.servers import Servers, product_on, servers
from benchmarks.visits import Caller, count_of
from benchmarks.world import make_jobs, make_world

PAIRS = 400
WARM_UP = 40
CLIENTS = 8


async def measure() -> Figures:
    with servers("offers") as running, product_on(running) as product:
        product.start()
        engine = create_engine(product.app_url, pool_size=5)
        maker = sessions(engine)
        world = await make_world(maker)
        jobs = await make_jobs(maker, world, WARM_UP + PAIRS)
        await engine.dispose()
        async with httpx.AsyncClient(base_url=product.address, timeout=30) as http:
            caller = Caller(http, world)
            visits = [await caller.plan(n, job_id) for n, job_id in enumerate(jobs)]

            async def pair(n: int) -> Any:
                await caller.offer(n, visits[n])
                return await caller.accept(n, visits[n])

            for n in range(WARM_UP):
                await pair(n)
            pids = product.pids() | {"postgres": running.postgres_pid}
            run = await drive(lambda n: pair(WARM_UP + n), PAIRS, clients=CLIENTS, pids=pids)
        commits = await _bare_commits(running)
    assert count_of(run.answers, "accepted") == PAIRS
    per_second = run.per_second * 2
    figure = Figure(
        metric=f"offer + accept through HTTP, {CLIENTS} clients, two requests each",
        value=per_second,
        reference=commits,
        reference_is="bare commits/s: INSERT of one row each",
        ratio=per_second / commits,
        goal=None,
        holds=None,
        unit="requests/s",
        parts={
            "offer + accept, per pair": run.shown() | {"pairs": PAIRS},
            "bare commits": {"per second": commits},
        },
    )
    return {"offers": figure}


async def _bare_commits(running: Servers) -> float:
    """The same number of commits by the same number of connections, with nothing around them."""
    pool = await asyncpg.create_pool(running.postgres.url("brigada"), min_size=CLIENTS, max_size=CLIENTS)
    try:
        await pool.execute(
            "CREATE TABLE bare_commit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text)"
        )

        pids = {"postgres": running.postgres_pid}

        async def commit(n: int) -> None:
            await pool.execute("INSERT INTO bare_commit (note) VALUES ($1)", f"commit {n}")

        await drive(commit, WARM_UP, clients=CLIENTS, pids=pids)
        run = await drive(commit, PAIRS * 2, clients=CLIENTS, pids=pids)
    finally:
        await pool.close()
    return run.per_second
