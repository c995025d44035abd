"""Statuses of a large base: worked out anew, and in one night. Beside them one bare SQL statement that does the same.

Each client has a window, which spawns maintenance and seals, and some have bought nets: three needs. At full size
there are a million clients and some nine million facts.
"""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec

from app.core.clock import Clock
from app.crm.rules.defaults import starter_rules
from app.crm.statuses.rebuild import rebuild
from app.crm.statuses.sweep import look_at_due_clients
from app.db.session import create_engine, sessions
from benchmarks.cards import measure_card
from benchmarks.figures import Figure, Figures
from benchmarks.servers import Servers, cpu_s, product_on, servers
from benchmarks.world import Company, insert_rows, make_companies

CLIENTS = 1_000_000
NIGHTLY_S = 300
REBUILD_S = 1_800
MEMORY_MIB = 1_024
PROCESSES = 2
ZONE = "Europe/Moscow"
SECOND_NIGHT = datetime(2026, 6, 1, tzinfo=UTC)
NOW = SECOND_NIGHT - timedelta(hours=12)
"""The base is worked out at noon; the night is that after it."""
BARE = (Path(__file__).with_name("references") / "lives.sql").read_text(encoding="utf-8")

MAKE_CLIENTS = """
INSERT INTO client (company_id, id, name)
SELECT $1, client.id, 'Client'
  FROM (SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id FROM generate_series(1, $2) AS n)
       AS client
"""
MAKE_FACTS = """
INSERT INTO life_fact (company_id, kind, source_id, part, client_id, at, site_id, order_id, categories, amount_kop)
WITH clients AS (
    SELECT id, right(id::text, 12) AS tail, ('x' || right(id::text, 7))::bit(28)::int AS n,
           $2::timestamptz - interval '2000 days' AS known_at, $2::timestamptz - interval '1999 days' AS asked_at
      FROM client WHERE company_id = $1
), visits AS (
    -- one to four visits; the last lies up to 400 days back, so some clients fall due each night
    SELECT id, tail, n, visit, $2::timestamptz - make_interval(days => n * 7 % 400 + (visit - 1) * (200 + n % 300),
                                                  hours => n % 24) AS at,
           ('00000000-0000-7000-9' || lpad(visit::text, 3, '0') || '-' || tail)::uuid AS order_id,
           ('00000000-0000-7000-a000-' || tail)::uuid AS site_id,
           CASE WHEN visit = 1 + n % 4 THEN 'window_install'
                ELSE (ARRAY['maintenance', 'net', 'seal'])[1 + (n + visit) % 3] END AS category
      FROM clients, generate_series(1, 1 + n % 4) AS visit
     WHERE n % 10 > 0
)
SELECT $1, 'client_known', id, '', id, known_at, NULL::uuid, NULL::uuid, '{}'::text[], 0 FROM clients
UNION ALL
SELECT $1, 'contact_usable', id, '000000', id, known_at, NULL::uuid, NULL::uuid, '{}', 0 FROM clients
UNION ALL
SELECT $1, 'request_received', id, '', id, asked_at, NULL::uuid, NULL::uuid, '{}', 0 FROM clients
UNION ALL
SELECT $1, 'order_opened', order_id, '000000', id, at - interval '3 days', site_id, order_id, '{}', 0 FROM visits
UNION ALL SELECT $1, 'act_signed', order_id, '', id, at, site_id, order_id, ARRAY[category], 500000 FROM visits
UNION ALL SELECT $1, 'payment_taken', order_id, '', id, at, site_id, order_id, '{}', 500000 FROM visits
UNION ALL SELECT $1, 'order_closed', order_id, '000001', id, at, site_id, order_id, '{}', 0 FROM visits
"""


class Standing(Clock):
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment


async def measure(scale: float) -> Figures:
    """Fill a base, work it out twice, let a night pass, ask the bare statement, and read cards."""
    count = max(1000, round(CLIENTS * scale))
    with servers("crm") as running:
        product = product_on(running)
        async with running.owner_of(product.database) as owner:
            company = await _make_base(owner, count)
        company_id = company.id
        first = await _rebuild(running, product.app_url, company_id)
        again = await _rebuild(running, product.app_url, company_id)
        night = await _night(running, product.app_url, company_id)
        async with running.owner_of(product.database) as owner:
            bare = await _bare(running, owner, company_id)
            facts = await owner.fetchval("SELECT count(*) FROM life_fact")
        card = await measure_card(running, product, company)
    return {**_figures(scale, int(facts), first, again, night, bare), "client card": card}


async def _make_base(owner: asyncpg.Connection, count: int) -> Company:
    (company,) = await make_companies(owner, 1, workers=1)
    await owner.execute(
        "SET session_replication_role = replica"
    )  # no triggers, so a million rows are soon there
    await owner.execute(MAKE_CLIENTS, company.id, count, timeout=600)
    await owner.execute(MAKE_FACTS, company.id, NOW, timeout=1800)
    await owner.execute("SET session_replication_role = origin")
    rules = {
        "company_id": company.id,
        "version": 1,
        "valid_from": NOW - timedelta(days=3000),
        "content": msgspec.to_builtins(starter_rules()),
    }
    await insert_rows(owner, "life_rules", [rules])
    await owner.execute("UPDATE company SET timezone = $2 WHERE id = $1", company.id, ZONE)
    await owner.execute("ANALYZE")
    return company


class Run(msgspec.Struct):
    """One run: what it took."""

    seconds: float
    cpu_s: float
    """Of our processes and PostgreSQL together."""
    clients: int
    memory_mib: float = 0.0


async def _timed(running: Servers, work: Callable[[], Awaitable[int]]) -> Run:
    began, before = time.perf_counter(), cpu_s(running.postgres_pid) + _own_cpu_s()
    clients = await work()
    spent = cpu_s(running.postgres_pid) + _own_cpu_s() - before
    return Run(time.perf_counter() - began, spent, clients, _memory_mib())


def _own_cpu_s() -> float:
    mine, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + ended.ru_utime + ended.ru_stime


def _memory_mib() -> float:
    """The most that any process of ours has used."""
    return (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        / 1024
    )


async def _rebuild(running: Servers, app_url: str, company_id: UUID) -> Run:
    def whole() -> int:
        done = rebuild(app_url, company_id=company_id, processes=PROCESSES, now=NOW)
        return sum(rebuilt.clients for _, rebuilt in done)

    return await _timed(running, lambda: asyncio.to_thread(whole))


async def _night(running: Servers, app_url: str, company_id: UUID) -> Run:
    """The sweep at the next nightly moment, until nobody is due."""
    engine = create_engine(app_url, pool_size=2)

    async def sweep() -> int:
        total = 0
        while taken := await look_at_due_clients(sessions(engine), company_id, Standing(SECOND_NIGHT)):
            total += taken
        return total

    try:
        return await _timed(running, sweep)
    finally:
        await engine.dispose()


class Bare(msgspec.Struct):
    run: Run
    differing: int
    """Clients of whom the statement says something else than is stored."""


async def _bare(running: Servers, owner: asyncpg.Connection, company_id: UUID) -> Bare:
    found: dict[UUID, str] = {}

    async def ask() -> int:
        found.update(await owner.fetch(BARE, company_id, SECOND_NIGHT, ZONE, timeout=1800))
        return len(found)

    run = await _timed(running, ask)
    rows = await owner.fetch("SELECT client_id, status FROM client_life WHERE company_id = $1", company_id)
    stored = dict(rows)
    differing = sum(stored.get(client) != status for client, status in found.items())
    return Bare(run, differing)


def _figures(scale: float, facts: int, first: Run, again: Run, night: Run, bare: Bare) -> Figures:
    reference, memory_mib = facts / bare.run.cpu_s, max(first.memory_mib, again.memory_mib)
    is_fast = max(first.seconds, again.seconds) <= REBUILD_S * scale
    rebuilt = Figure(
        metric="facts per CPU-second, whole base worked out anew",
        value=round(facts / again.cpu_s),
        reference=round(reference),
        reference_is="one bare SQL statement",
        ratio=round(facts / again.cpu_s / reference, 2),
        goal=f"≤ {REBUILD_S} s at full size on {PROCESSES} cores, ≤ {MEMORY_MIB} MiB, the same statuses as the SQL",
        holds=is_fast and memory_mib <= MEMORY_MIB and bare.differing == 0,
        unit="1/s",
        parts={
            "seconds": round(again.seconds, 1),
            "clients": first.clients,
            "facts": facts,
            "first time_s": round(first.seconds, 1),
            "first time clients/CPU_s": round(first.clients / first.cpu_s),
            "memory_MiB": round(memory_mib),
            "differs from SQL": bare.differing,
        },
    )
    nightly = Figure(
        metric="one night: only those who are due",
        value=round(night.seconds, 1),
        reference=None,
        reference_is="",
        ratio=None,
        goal=f"≤ {NIGHTLY_S} s at full size",
        holds=night.seconds <= max(NIGHTLY_S * scale, 1.0),
        unit="s",
        parts={
            "clients due": night.clients,
            "clients/CPU_s": round(night.clients / max(night.cpu_s, 0.001)),
        },
    )
    return {"lives rebuilt": rebuilt, "lives nightly": nightly}
