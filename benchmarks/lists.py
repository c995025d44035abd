"""A list of 200 visits through HTTP, compared with its bare SQL: the same pages by the same role over asyncpg."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx

from benchmarks.driver import call_api
from benchmarks.figures import Figure
from benchmarks.servers import Product, Servers, WebProcess, cpu_s
from benchmarks.world import Company, make_companies, make_offers

GOAL = 2.5
VISITS = 200
PAGE = 100
LISTS = 200
ROUNDS = 3
COLUMNS = (
    "id, job_id, number, status, status_reason, starts_at, ends_at, window_starts_at, window_ends_at,"
    " worker_id, crew_id, accept_by, accepted_at, departed_at, arrived_at, started_at, finished_at, row_version"
)
"""The columns that the API returns of a visit."""


async def measure_list(running: Servers, product: Product, api: WebProcess) -> Figure:
    """Measure the list while only the API runs. A list has as many pages as the API makes of it."""
    async with running.owner_of(product.database) as owner:
        [company] = await make_companies(owner, 1, workers=VISITS)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        await make_offers(owner, [company] * VISITS, [tomorrow] * VISITS)
        await owner.execute("ANALYZE visit")
    connection = await asyncpg.connect(product.app_url, server_settings={"jit": "off"})
    await connection.execute("SELECT set_config('app.company_id', $1, false)", str(company.id))
    ours, bare = [], []
    async with httpx.AsyncClient(base_url=api.address, timeout=30) as http:
        for _ in range(ROUNDS):
            ours.append(
                await _cpu_ms(
                    lambda: _through_http(http, company), lambda: cpu_s(api.pid), running.postgres_pid
                )
            )
            bare.append(
                await _cpu_ms(lambda: _bare(connection, company), time.process_time, running.postgres_pid)
            )
    await connection.close()
    value, reference = sorted(ours)[ROUNDS // 2], sorted(bare)[ROUNDS // 2]
    ratio = sum(value) / sum(reference)
    return Figure(
        metric=f"a list of {VISITS} visits through HTTP: CPU with PostgreSQL",
        value=sum(value),
        reference=sum(reference),
        reference_is="its bare SQL over asyncpg",
        ratio=ratio,
        goal=f"ratio ≤ {GOAL}",
        holds=ratio <= GOAL,
        unit="ms",
        parts={
            "through HTTP": {"api CPU_ms": value[0], "postgres CPU_ms": value[1]},
            "bare SQL": {"python CPU_ms": reference[0], "postgres CPU_ms": reference[1]},
        },
    )


async def _cpu_ms(
    read: Callable[[], Awaitable[int]], python_cpu_s: Callable[[], float], postgres_pid: int
) -> tuple[float, float]:
    """CPU of Python and of PostgreSQL, per list."""
    await read()
    before = python_cpu_s(), cpu_s(postgres_pid)
    for _ in range(LISTS):
        if await read() != VISITS:
            raise RuntimeError("the list is not whole")
    after = python_cpu_s(), cpu_s(postgres_pid)
    python, postgres = ((late - early) / LISTS * 1000 for early, late in zip(before, after, strict=True))
    return python, postgres


async def _through_http(http: httpx.AsyncClient, company: Company) -> int:
    path, seen = f"/api/v1/visits?limit={PAGE}", 0
    token = company.dispatcher_token()
    page = await call_api(http, "GET", path, token)
    seen += len(page["items"])
    while page["next_cursor"]:
        page = await call_api(http, "GET", f"{path}&cursor={page['next_cursor']}", token)
        seen += len(page["items"])
    return seen


async def _bare(connection: asyncpg.Connection, company: Company) -> int:
    """Read the pages as the API does: one row more than a page shows whether there is another page."""
    query = f"SELECT {COLUMNS} FROM visit WHERE company_id = $1"
    page = await connection.fetch(f"{query} ORDER BY id DESC LIMIT {PAGE + 1}", company.id)
    seen = min(len(page), PAGE)
    while len(page) > PAGE:
        last = page[PAGE - 1]["id"]
        page = await connection.fetch(
            f"{query} AND id < $2 ORDER BY id DESC LIMIT {PAGE + 1}", company.id, last
        )
        seen += min(len(page), PAGE)
    return seen
