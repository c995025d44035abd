"""Offer and accept through HTTP, compared with bare commits on the same PostgreSQL.

Each pair is two requests with two commits. They write the offer and its booking, the history, the audit, the
outbox and the answer of the idempotency key. The background process relays the events at the same time.
"""

from typing import Any

import asyncpg
import httpx

from benchmarks.contenders import Ours
from benchmarks.driver import drive
from benchmarks.figures import Figure, Figures
from benchmarks.servers import Servers, product_on, servers

PAIRS = 400
WARM_UP = 40
CLIENTS = 8


async def measure(scale: float) -> Figures:
    pairs = round(PAIRS * scale)
    with servers("offers") as running:
        product = product_on(running)
        contender = Ours(product)
        api, background = contender.serve(), product.background()
        try:
            api.start()
            background.start()
            background.wait_until_at_work()
            await contender.populate()
            await contender.begin(WARM_UP + pairs)
            async with httpx.AsyncClient(base_url=api.address, timeout=30) as http:
                steps = contender.steps(http)
                visits = [await steps["create"](n, None) for n in range(WARM_UP + pairs)]

                async def pair(n: int) -> Any:
                    await steps["offer"](n, visits[n])
                    return await steps["accept"](n, visits[n])

                for n in range(WARM_UP):
                    await pair(n)
                pids = {"api": api.pid, "background": background.pid, "postgres": running.postgres_pid}
                run = await drive(lambda n: pair(WARM_UP + n), pairs, clients=CLIENTS, pids=pids)
        finally:
            background.stop()
            api.stop()
        commits = await _bare_commits(running, pairs * 2)
    if set(run.answers) != {"accepted"}:
        raise RuntimeError("not every visit was accepted")
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
            "offer + accept, per pair": run.shown() | {"pairs": pairs},
            "bare commits": {"per second": commits},
        },
    )
    return {"offers": figure}


async def _bare_commits(running: Servers, count: int) -> float:
    """Seconds for the same number of commits by the same number of connections, and nothing else."""
    pool = await asyncpg.create_pool(running.postgres.url("brigada"), min_size=CLIENTS, max_size=CLIENTS)
    try:
        await pool.execute(
            "CREATE TABLE bare_commit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text)"
        )

        pids = {"postgres": running.postgres_pid}

        async def commit(n: int) -> None:
            await pool.execute("INSERT INTO bare_commit (note) VALUES ($1)", f"commit {n}")

        await drive(commit, WARM_UP, clients=CLIENTS, pids=pids)
        run = await drive(commit, count, clients=CLIENTS, pids=pids)
    finally:
        await pool.close()
    return run.per_second
