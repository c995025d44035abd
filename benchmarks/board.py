"""P5: the schedule board of a day through HTTP beside its bare queries; and how soon a change is on the screens.

- The day has 200 visits and 60 people, 10 crews, 6 territories and what waits for a time. *Bare* means its rows by
  plain SQL over asyncpg, as the role of the application, which does nothing with them.
- The same again when a million visits of the past are stored.
- Then 200 boards are open: each follows the live channel over a connection of its own and, when an event names a
  visit, reads it again. A dispatcher drags visits. What counts is the time from COMMIT to the answer, for every board.

CPU is that of the process trees of the API and of PostgreSQL, per read. All boards and clients are in this process,
which shares the machine with the servers.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import msgspec

from benchmarks.driver import Run, call_api, drive
from benchmarks.figures import Figure, Figures
from benchmarks.raw_http import RawClient, request
from benchmarks.screens import Screen
from benchmarks.servers import BackgroundProcess, Product, Servers, WebProcess, cpu_s, product_on, servers
from benchmarks.world import BOARD_DAY, MORNING, Company, make_board, make_dispatchers, make_past

GOAL, UNCHANGED, ON_SCREEN_MS = 2.5, 1.3, 300
VISITS, WORKERS = 200, 60
STORED = 1_000_000
READERS = (1, 8, 50)
"""One alone shares its reads with nobody. The goals are for the others."""
READS = 200
ROUNDS = 3
BARE_CONNECTIONS = 8
BOARDS, PEOPLE, CHANGES = 200, 20, 60
EVENING = MORNING + timedelta(hours=12)
PATH = f"/api/v1/board?day={BOARD_DAY}"

BARE = [
    """
    SELECT v.id, v.number, v.status, v.status_reason, v.starts_at, v.ends_at, v.window_starts_at, v.window_ends_at,
           v.worker_id, v.crew_id, v.is_pinned, v.accept_by, v.accepted_at, v.departed_at, v.expected_at, v.arrived_at,
           v.started_at, v.finished_at, v.client_answer, v.client_answered_at, v.is_new_client, v.row_version, v.ladder,
           v.ladder_next, j.id, j.number, j.status, j.kind, j.priority, j.required_skills, j.order_id, t.id, t.name,
           c.id, ltrim(c.surname || ' ' || c.name), s.id, s.address, st_y(s.point::geometry), st_x(s.point::geometry),
           ARRAY(SELECT a.id FROM territory a WHERE a.company_id = $1 AND st_covers(a.area, s.point)),
           ARRAY(SELECT b.worker_id FROM visit_booking b WHERE b.company_id = $1 AND b.visit_id = v.id),
           o.offered_at, o.runs_in_hours, o.in_spite_of
      FROM visit v
      JOIN job j ON j.company_id = v.company_id AND j.id = v.job_id
      JOIN job_type t ON t.company_id = v.company_id AND t.id = j.job_type_id
      JOIN client c ON c.company_id = v.company_id AND c.id = j.client_id
      JOIN site s ON s.company_id = v.company_id AND s.id = j.site_id
      LEFT JOIN offer o ON o.company_id = v.company_id AND o.visit_id = v.id AND o.status IN ('pending', 'accepted')
     WHERE v.company_id = $1 AND v.starts_at < $3 AND v.starts_at >= $2
     ORDER BY v.starts_at, v.id
    """,
    """
    SELECT w.id, u.name, u.roles, w.skills, w.is_active AND u.is_active,
           ARRAY(SELECT t.territory_id FROM worker_territory t WHERE t.company_id = $1 AND t.worker_id = w.id)
      FROM worker w JOIN user_account u ON u.company_id = w.company_id AND u.id = w.id
     WHERE w.company_id = $1 ORDER BY u.name
    """,
    """
    SELECT id, worker_id, lower(period), upper(period) FROM shift
     WHERE company_id = $1 AND period && tstzrange($2, $3)
    """,
    """
    SELECT id, worker_id, kind, lower(period), upper(period) FROM absence
     WHERE company_id = $1 AND period && tstzrange($2, $3)
    """,
    """
    SELECT c.id, c.name, c.foreman_id, c.vehicle, m.worker_id, m.share FROM crew c
      LEFT JOIN crew_member m ON m.company_id = c.company_id AND m.crew_id = c.id
       AND m.period && tstzrange($2, $3)
     WHERE c.company_id = $1
    """,
    "SELECT id, name FROM territory WHERE company_id = $1",
    """
    SELECT j.id, j.number, j.kind, j.priority, j.required_skills, j.instructions, j.row_version, j.order_id, t.name,
           t.duration_min, c.id, ltrim(c.surname || ' ' || c.name), s.id, s.address, st_y(s.point::geometry),
           st_x(s.point::geometry)
      FROM job j
      JOIN job_type t ON t.company_id = j.company_id AND t.id = j.job_type_id
      JOIN client c ON c.company_id = j.company_id AND c.id = j.client_id
      JOIN site s ON s.company_id = j.company_id AND s.id = j.site_id
     WHERE j.company_id = $1 AND j.status = 'new' LIMIT 200
    """,
]


async def measure(scale: float) -> Figures:
    reads, stored = max(round(READS * scale), 50), round(STORED * scale)
    with servers("board") as running:
        product = product_on(running)
        api, background = product.api(), product.background()
        try:
            async with running.owner_of(product.database) as owner:
                company = await make_board(owner, workers=WORKERS, visits=VISITS)
                tokens = await make_dispatchers(owner, company, PEOPLE)
                await owner.execute("VACUUM ANALYZE")
            api.start()
            few = await _costs(running, product, api, company, reads)
            async with running.owner_of(product.database) as owner:
                await make_past(owner, company, stored)
                await owner.execute("VACUUM ANALYZE")
            many = await _costs(running, product, api, company, reads)
            background.start()
            background.wait_until_at_work()
            screens = await _screens(
                running, product, api, background, company, tokens, max(round(CHANGES * scale), 10)
            )
        finally:
            for process in (background, api):
                process.stop()
    return {
        "P5": _cost_figure(few, many, stored),
        "P5 screens": _screen_figure(screens),
    }


Costs = dict[str, Run]


async def _costs(running: Servers, product: Product, api: WebProcess, company: Company, reads: int) -> Costs:
    """Median runs by what is read and by how many. The ways alternate, so that a slow moment affects all."""
    pids = {"api": api.pid, "postgres": running.postgres_pid}
    token = {"Authorization": f"Bearer {company.dispatcher_token()}"}
    asked = request("GET", PATH, b"", **token)
    async with httpx.AsyncClient(base_url=api.address) as http:
        etag = (await http.get(PATH, headers=token)).headers["etag"]
        unchanged = {**token, "If-None-Match": etag}

        async def again(_: int) -> None:
            if (await http.get(PATH, headers=unchanged)).status_code != 304:
                raise RuntimeError("the board has changed")

        connections = await _bare_connections(product, company)
        runs: dict[str, list[Run]] = {}
        for _ in range(ROUNDS):
            for readers in READERS:
                client = RawClient(
                    api.address
                )  # a new one: uvicorn closes connections that were idle meanwhile
                run = await drive(partial(_read_whole, client, asked), reads, clients=readers, pids=pids)
                client.close()
                runs.setdefault(f"board, {readers} readers", []).append(run)
                bare = await _drive_bare(connections, company, reads, readers, running.postgres_pid)
                runs.setdefault(f"bare, {readers} readers", []).append(bare)
            runs.setdefault("unchanged, 1 reader", []).append(await drive(again, reads, clients=1, pids=pids))
        while not connections.empty():
            await connections.get_nowait().close()
    return {name: sorted(some, key=Run.total_cpu_ms)[ROUNDS // 2] for name, some in runs.items()}


async def _read_whole(client: RawClient, asked: bytes, _: int) -> None:
    if len(msgspec.json.decode(await client.send(asked), type=Shown).visits) != VISITS:
        raise RuntimeError("the board is not whole")


class Shown(msgspec.Struct):
    """As much of a board as tells whether it is whole."""

    visits: list[msgspec.Raw]


Connections = asyncio.Queue[asyncpg.Connection]


async def _bare_connections(product: Product, company: Company) -> Connections:
    found: Connections = asyncio.Queue()
    for _ in range(BARE_CONNECTIONS):
        connection = await asyncpg.connect(product.app_url, server_settings={"jit": "off", "timezone": "UTC"})
        await connection.execute("SELECT set_config('app.company_id', $1, false)", str(company.id))
        found.put_nowait(connection)
    return found


async def _drive_bare(
    connections: Connections, company: Company, reads: int, readers: int, postgres_pid: int
) -> Run:
    """The CPU of this process stands for that of the API, without what reading the CPU of others takes."""
    clocks: list[float] = []

    async def bare(_: int) -> None:
        clocks.append(time.process_time())
        connection = await connections.get()
        rows = [await _bare_rows(connection, one, company) for one in BARE]
        connections.put_nowait(connection)
        if len(rows[0]) != VISITS:
            raise RuntimeError("the rows are not whole")
        clocks.append(time.process_time())

    run = await drive(bare, reads, clients=readers, pids={"postgres": postgres_pid})
    run.cpu_ms["python"] = (max(clocks) - min(clocks)) / reads * 1000
    return run


async def _bare_rows(
    connection: asyncpg.Connection, statement: str, company: Company
) -> list[asyncpg.Record]:
    days = (MORNING - timedelta(hours=9), MORNING + timedelta(hours=15)) if "$3" in statement else ()
    rows: list[asyncpg.Record] = await connection.fetch(statement, company.id, *days)
    return rows


async def _screens(
    running: Servers,
    product: Product,
    api: WebProcess,
    background: BackgroundProcess,
    company: Company,
    tokens: Sequence[str],
    changes: int,
) -> dict[str, Any]:
    """Milliseconds from the COMMIT of each change to the answer that shows it, for every board."""
    async with httpx.AsyncClient(base_url=api.address, timeout=30) as http:
        board = await call_api(http, "GET", PATH, company.dispatcher_token())
        screens = [Screen(api.address, tokens[n % len(tokens)], after=board["as_of"]) for n in range(BOARDS)]
        await asyncio.gather(*(one.open() for one in screens))
        dragged = [one for one in board["visits"] if one["status"] == "planned"]
        took: list[float] = []
        pids = {"api": api.pid, "background": background.pid, "postgres": running.postgres_pid}
        spent = {name: cpu_s(pid) for name, pid in pids.items()} | {"boards": time.process_time()}
        async with running.owner_of(product.database) as owner:
            for n in range(changes):
                visit = dragged[n % len(dragged)]
                committed_at, version = await _drag(http, owner, company, visit["id"], n)
                answered = [await one.shows(visit["id"], version) for one in screens]
                took += [(at - committed_at) * 1000 for at in answered]
                await asyncio.sleep(0.5)
        by_now = {name: cpu_s(pid) for name, pid in pids.items()} | {"boards": time.process_time()}
        await asyncio.gather(*(one.close() for one in screens))
    spread = statistics.quantiles(took, n=100, method="inclusive")
    return {
        "boards": BOARDS,
        "changes": changes,
        "p50_ms": spread[49],
        "p90_ms": spread[89],
        "p99_ms": spread[98],
        "max_ms": max(took),
        "CPU_ms per change": {name: (by_now[name] - spent[name]) * 1000 / changes for name in by_now},
        "reads per board and change": sum(one.reads for one in screens) / BOARDS / changes,
    }


async def _drag(
    http: httpx.AsyncClient, owner: asyncpg.Connection, company: Company, visit_id: str, n: int
) -> tuple[float, int]:
    """Drop the visit on the row of a worker who is free in the evening. Returns when that was committed (seconds since
    1970), and the new version of the visit."""
    worker_id = company.workers[n % len(company.workers)]
    placed = await call_api(
        http,
        "POST",
        f"/api/v1/visits/{visit_id}/place",
        company.dispatcher_token(),
        {"worker_id": str(worker_id), "starts_at": EVENING.isoformat()},
        if_match="*",
    )
    committed = await owner.fetchval(
        "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM visit WHERE company_id = $1 AND id = $2",
        company.id,
        UUID(visit_id),
    )
    return float(committed), placed["version"]


def _cost_figure(few: Costs, many: Costs, stored: int) -> Figure:
    ratios = {
        f"{readers} readers, {when}": _ratio(costs, readers)
        for when, costs in (("new", few), (f"{stored:,} visits stored", many))
        for readers in READERS
    }
    grown = {
        f"{readers} readers": many[name].total_cpu_ms() / few[name].total_cpu_ms()
        for readers in READERS
        for name in (f"board, {readers} readers",)
    }
    shared = [ratio for name, ratio in ratios.items() if not name.startswith("1 ")]
    ours, bare = many["board, 8 readers"], many["bare, 8 readers"]
    return Figure(
        metric=f"the board of a day, {VISITS} visits and {WORKERS} people, 8 readers, {stored:,} visits stored: CPU",
        value=ours.total_cpu_ms(),
        reference=bare.total_cpu_ms(),
        reference_is="its bare queries over asyncpg",
        ratio=ours.total_cpu_ms() / bare.total_cpu_ms(),
        goal=f"≤ {GOAL} × the bare queries at 8 and 50 readers; with {stored:,} stored ≤ {UNCHANGED} ×",
        holds=max(shared) <= GOAL and max(grown.values()) <= UNCHANGED,
        unit="ms",
        parts={
            "ratio to the bare queries": ratios,
            f"growth with {stored:,} stored": grown,
            **{f"{name}, new": run.shown() for name, run in few.items()},
            **{f"{name}, {stored:,} stored": run.shown() for name, run in many.items()},
        },
    )


def _ratio(costs: Costs, readers: int) -> float:
    return (
        costs[f"board, {readers} readers"].total_cpu_ms() / costs[f"bare, {readers} readers"].total_cpu_ms()
    )


def _screen_figure(screens: dict[str, Any]) -> Figure:
    return Figure(
        metric=f"a change to the screens of {BOARDS} open boards, from COMMIT to the answer that shows it: p99",
        value=screens["p99_ms"],
        reference=None,
        reference_is="",
        ratio=None,
        goal=f"p99 ≤ {ON_SCREEN_MS} ms",
        holds=screens["p99_ms"] <= ON_SCREEN_MS,
        unit="ms",
        parts=screens,
    )
