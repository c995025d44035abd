"""P4: create, assign and accept a visit through HTTP, beside a backend as tutorials build it.

The reference is a small FastAPI application kept outside this repository (`tools/baseline`): no checks
of overlap, no outbox, no audit, no separation of companies. Where it cannot be found only the product
is measured. CPU is that of the process trees: ours with the background process, and PostgreSQL's.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from app.db.session import create_engine, sessions
from benchmarks.driver import Run, call_api, drive
from benchmarks.figures import Figure, Figures
from benchmarks.servers import Servers, product_on, servers
from benchmarks.visits import Caller
from benchmarks.world import make_jobs, make_world
from deploy.local.places import CHECKOUT, VENV
from deploy.local.servers.process import finish, free_port, spawn

BASELINE = CHECKOUT.parent / "shared" / "tools" / "baseline"
BASELINE_NEEDS = ("fastapi", "sqlalchemy", "asyncpg", "uvicorn[standard]", "greenlet")
GOAL = 1.5
ODOO_GOAL = 10
ODOO_TO_BASELINE = {"create": 14 / 245, "accept": 22 / 285}
"""Odoo 18 with OCA field service as a share of the same baseline, requests/s in one published run."""

COUNT = 300
WARM_UP = 40
ROUNDS = 3
CLIENTS = 8

Step = Callable[[int, Any], Awaitable[Any]]
Rounds = dict[str, list[Run]]
"""create, assign, accept -> the rounds."""


async def measure() -> Figures:
    with servers("requests") as running:
        baseline = _start_baseline(running)
        try:
            ours, theirs = await _alternate(running, baseline)
        finally:
            if baseline is not None:
                finish(baseline.process, (signal.SIGTERM, 10.0))
    return {"P4": _figure(ours, theirs)}


class Baseline:
    """The reference, served in a virtual environment of its own."""

    def __init__(self, running: Servers, python: Path) -> None:
        running.postgres.ensure_database("baseline")
        self.port = free_port()
        self.database_url = running.postgres.url("baseline")
        dsn = self.database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
        command = [str(python), "-m", "uvicorn", "app:app", "--port", str(self.port), "--no-access-log"]
        environment = {**os.environ, "BASELINE_DSN": dsn, "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = spawn(command, log=running.folder / "baseline.log", env=environment, cwd=BASELINE)

    async def prepare(self) -> None:
        """Wait until it has made its tables, then give it people and places."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=5) as http:
            for _ in range(150):
                with suppress(httpx.TransportError):
                    await http.get("/openapi.json")
                    break
                await asyncio.sleep(0.2)
        connection = await asyncpg.connect(self.database_url)
        try:
            people = [(n, f"tok-{n}", f"Worker {n}", "installer") for n in range(1, 201)]
            places = [(n, f"Client {n}", 55.5 + n / 5000, 37.3 + n / 5000) for n in range(1, 201)]
            await connection.executemany(
                "INSERT INTO users (id, token, name, role) VALUES ($1, $2, $3, $4)", people
            )
            await connection.executemany(
                "INSERT INTO locations (id, name, lat, lon) VALUES ($1, $2, $3, $4)", places
            )
        finally:
            await connection.close()

    def steps(self, http: httpx.AsyncClient) -> dict[str, Step]:
        async def create(n: int, _: Any) -> Any:
            start = datetime.now(UTC) + timedelta(days=7, minutes=n)
            body = {
                "note": f"bench {n}",
                "location_id": n % 200 + 1,
                "starts_at": start.isoformat(),
                "ends_at": (start + timedelta(hours=1)).isoformat(),
            }
            return (await call_api(http, "POST", "/jobs", "tok-1", body))["id"]

        async def assign(n: int, job_id: Any) -> Any:
            await call_api(http, "POST", f"/jobs/{job_id}/assign", "tok-1", {"worker_id": n % 200 + 1})
            return job_id

        async def accept(n: int, job_id: Any) -> Any:
            return await call_api(http, "POST", f"/jobs/{job_id}/accept", f"tok-{n % 200 + 1}")

        return {"create": create, "assign": assign, "accept": accept}


def _start_baseline(running: Servers) -> Baseline | None:
    """None, with a word on the terminal, where the reference or its packages are not to be had."""
    if not (BASELINE / "app.py").exists():
        print("requests: the tutorial baseline is not on this machine, only the product is measured")
        return None
    venv = Path(os.environ["BENCH_DIR"]) / "baseline-venv"
    try:
        if not (venv / "ready").exists():
            uv = [str(VENV / "bin" / "uv")]
            subprocess.run([*uv, "venv", "--quiet", "--clear", "-p", sys.executable, str(venv)], check=True)
            subprocess.run([*uv, "pip", "install", "--quiet", "-p", str(venv), *BASELINE_NEEDS], check=True)
            (venv / "ready").touch()
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"requests: the tutorial baseline could not be installed ({error})")
        return None
    return Baseline(running, venv / "bin" / "python")


async def _alternate(running: Servers, baseline: Baseline | None) -> tuple[Rounds, Rounds]:
    """Both in turn within each round, so that the machine's moods hit both alike."""
    ours: Rounds = {}
    theirs: Rounds = {}
    with product_on(running) as product:
        product.start()
        engine = create_engine(product.app_url, pool_size=5)
        maker = sessions(engine)
        world = await make_world(maker)
        jobs = await make_jobs(maker, world, WARM_UP + COUNT * ROUNDS)
        await engine.dispose()
        async with httpx.AsyncClient(base_url=product.address, timeout=30) as http:
            steps = _our_steps(Caller(http, world), jobs)
            await _play(steps, 0, WARM_UP, {}, {})
            if baseline is not None:
                await baseline.prepare()
                await _play_baseline(baseline, 0, WARM_UP, {}, {})
            postgres = {"postgres": running.postgres_pid}
            for number in range(ROUNDS):
                first = WARM_UP + COUNT * number
                await _play(steps, first, COUNT, product.pids() | postgres, ours)
                if baseline is not None:
                    await _play_baseline(baseline, first, COUNT, postgres, theirs)
    return ours, theirs


def _our_steps(caller: Caller, jobs: Sequence[Any]) -> dict[str, Step]:
    async def create(n: int, _: Any) -> Any:
        return await caller.plan(n, jobs[n])

    async def assign(n: int, visit_id: Any) -> Any:
        await caller.offer(n, visit_id)
        return visit_id

    async def accept(n: int, visit_id: Any) -> Any:
        return await caller.accept(n, visit_id)

    return {"create": create, "assign": assign, "accept": accept}


async def _play_baseline(
    baseline: Baseline, first: int, count: int, pids: Mapping[str, int], into: Rounds
) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{baseline.port}", timeout=30) as http:
        await _play(baseline.steps(http), first, count, {"api": baseline.process.pid, **pids}, into)


async def _play(
    steps: dict[str, Step], first: int, count: int, pids: Mapping[str, int], into: Rounds
) -> None:
    given: list[Any] = [None] * count
    for name, step in steps.items():

        async def call(n: int, step: Step = step, given: list[Any] = given) -> Any:
            return await step(first + n, given[n])

        run = await drive(call, count, clients=CLIENTS, pids=pids)
        into.setdefault(name, []).append(run)
        given = run.answers


def _figure(ours: Rounds, theirs: Rounds) -> Figure:
    parts: dict[str, Any] = {}
    for name, runs in ours.items():
        parts[name] = _median(runs).shown()
        if name in theirs:
            parts[f"{name}, tutorial baseline"] = _median(theirs[name]).shown()
    value = sum(_median(runs).total_cpu_ms() for runs in ours.values()) / len(ours)
    reference = (
        sum(_median(runs).total_cpu_ms() for runs in theirs.values()) / len(theirs) if theirs else None
    )
    ratio = reference / value if reference else None
    parts |= {f"{name}, times Odoo": times for name, times in _times_odoo(ours, theirs).items()}
    beats_odoo = all(times >= ODOO_GOAL for times in _times_odoo(ours, theirs).values())
    return Figure(
        metric=f"create, assign, accept through HTTP, {CLIENTS} clients: CPU per request with PostgreSQL",
        value=value,
        reference=reference,
        reference_is="tutorial FastAPI baseline",
        ratio=ratio,
        goal=f"ratio ≥ {GOAL} (the baseline's CPU over ours), ≥ {ODOO_GOAL} × Odoo on create and accept",
        holds=None if ratio is None else ratio >= GOAL and beats_odoo,
        unit="ms",
        parts=parts,
    )


def _median(runs: Sequence[Run]) -> Run:
    """The round in the middle by CPU."""
    return sorted(runs, key=Run.total_cpu_ms)[len(runs) // 2]


def _times_odoo(ours: Rounds, theirs: Rounds) -> dict[str, float]:
    """Requests/s over Odoo's, by way of the baseline that was measured beside both."""
    return {
        name: _median(ours[name]).per_second / (_median(theirs[name]).per_second * share)
        for name, share in ODOO_TO_BASELINE.items()
        if name in theirs
    }
