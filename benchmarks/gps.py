"""P2 and P3: positions through the doors, beside references, on an empty table and on one with 20 million pings.

What is counted is CPU of the server and PostgreSQL: on a shared machine it says more than elapsed time. The
background process does not run: what it does with pings is measured by `stops`.
"""

import json
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app.core.ids import uuid7
from app.tracking.pings.items import items_of
from app.tracking.pings.queries import rows_of
from app.tracking.pings.values import Ping, Sent, content_of
from app.tracking.trackers.keys import hash_of, new_key, read_key
from benchmarks.contenders import Tutorial
from benchmarks.driver import Run, call_api, drive, median
from benchmarks.figures import Figure, Figures
from benchmarks.raw_http import RawClient, request
from benchmarks.servers import PYTHON, SECRET_KEY, Product, Servers, WebProcess, cpu_s, product_on, servers
from benchmarks.world import Company, insert_rows, make_companies

DEVICES = 200
CLIENTS = 32
SINGLES = 20_000
BATCHES = 600
TUTORIAL_PINGS = 2_000
STORED = 20_000_000
STORED_DAYS = 100
ROUNDS = 3
WARM_UP = 500
DAYS_READ = 200

P2_GOAL_PER_CPU_S = 3_400
P2_GOAL_TIMES = 2
P2_P99 = (2.0, 20.0)
"""p99 ≤ 2 × p50 + 20 ms."""
P3_GOAL_SHARE = 0.75
P3_GOAL_TIMES = 15
STORED_GOAL = 1.2

OWNTRACKS = "/api/v1/tracking/owntracks"
PINGS = "/api/v1/tracking/pings"
NOON = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=30)
"""Pings are of the day and a half before now, so that they lie in two partitions as in a company at work."""


@dataclass
class World:
    """A company whose workers are on shift, have agreed, and have a tracker each."""

    company: Company
    keys: list[str]
    sent: int = 0
    """So many moments of each device are used."""


async def measure(scale: float) -> Figures:
    with servers("gps") as running:
        product = product_on(running)
        async with running.owner_of(product.database) as owner:
            world = await _make_world(owner)
        empty = await _play(running, product, world, scale)
        await _store_many(running, product, world, int(STORED * scale))
        full = await _play(running, product, world, scale)
    return {"P2": _singles(empty, full), "P3": _batches(empty, full)}


@dataclass
class Played:
    """One round of everything, on one state of the table."""

    ours: Run
    one_insert: Run
    batches: Run
    bare_ms: float
    """CPU of client and PostgreSQL for a ping, by bare statements."""
    tutorial: Run
    day: Run
    per_batch: float
    """Pings in a batch, on average."""


async def _play(running: Servers, product: Product, world: World, scale: float) -> Played:
    api, reference = product.api(), _one_insert(product, world)
    tutorial = Tutorial(running, f"tutorial_{world.sent}")
    baseline = tutorial.serve()
    for one in (api, reference, baseline):
        one.start()
    await tutorial.populate()
    await _single_pings(running, api, world, WARM_UP)
    await _batches_of(running, api, world, 40)
    async with running.owner_of(product.database) as owner:
        await owner.execute("ANALYZE")
    count, many = max(int(SINGLES * scale), WARM_UP), max(int(BATCHES * scale), 60)
    try:
        ours, one_insert, batches, bare = [], [], [], []
        for _ in range(ROUNDS):
            ours.append(await _single_pings(running, api, world, count))
            one_insert.append(await _single_pings(running, reference, world, count // 4, path="/pub"))
            batches.append(await _batches_of(running, api, world, many))
            bare.append(await _bare(running, product, world, many))
        slow = await _tutorial_pings(running, baseline, max(int(TUTORIAL_PINGS * scale), 300))
        day = await _days(running, api, world, max(int(DAYS_READ * scale), 20))
    finally:
        for one in (api, reference, baseline):
            one.stop()
    sizes = [len(pings) for _, pings in _twice(_new_batches(World(world.company, []), many))]
    per_batch = sum(sizes) / len(sizes)
    return Played(
        median(ours), median(one_insert), median(batches), sorted(bare)[ROUNDS // 2], slow, day, per_batch
    )


async def _make_world(owner: asyncpg.Connection) -> World:
    [company] = await make_companies(owner, 1, workers=DEVICES)
    whose = [{"company_id": company.id, "worker_id": one} for one in company.workers]
    since, until = NOON - timedelta(days=1), NOON + timedelta(days=4)
    period = f"[{since.isoformat()},{until.isoformat()})"
    await insert_rows(owner, "shift", [one | {"id": uuid7(), "period": period} for one in whose])
    agreed = {
        "text_version": 1,
        "lang": "ru",
        "text": "…",
        "kept_days": 365,
        "given_at": since,
        "created_at": since,
    }
    await insert_rows(owner, "tracking_consent", [one | agreed | {"id": uuid7()} for one in whose])
    keys = [new_key() for _ in company.workers]
    await owner.executemany(
        "INSERT INTO tracker (company_id, id, worker_id, name, kind, key_hash, created_by)"
        " VALUES ($1, $2, $3, 'Телефон', 'owntracks', $4, $3)",
        [
            (company.id, uuid7(), worker, hash_of(SECRET_KEY, str(read_key(key))))
            for worker, key in zip(company.workers, keys, strict=True)
        ],
    )
    await _store_days_to_read(owner, company)
    return World(company, keys)


def _one_insert(product: Product, world: World) -> WebProcess:
    told = {**product.environment(), "DATABASE_DSN": product.app_url, "COMPANY": str(world.company.id)}
    app = ["benchmarks.references.one_insert:app"]
    return WebProcess(PYTHON, app, told, product.servers.folder / "one_insert.log", ready="/ready")


def _place(device: int, moment: int) -> tuple[float, float]:
    return 55.5 + device / 2000 + moment / 200_000, 37.3 + device / 2000 + moment / 300_000


async def _single_pings(
    running: Servers, server: WebProcess, world: World, count: int, *, path: str = OWNTRACKS
) -> Run:
    """Each of the devices in turn sends where it is now."""
    first, world.sent = world.sent, world.sent + count // DEVICES + 1
    sent = [_owntracks(world, n % DEVICES, first + n // DEVICES, path) for n in range(count)]
    return await _driven(running, server, sent)


def _owntracks(world: World, device: int, moment: int, path: str) -> bytes:
    lat, lon = _place(device, moment)
    said = {
        "_type": "location",
        "acc": 12,
        "alt": 154,
        "batt": 56,
        "bs": 1,
        "cog": moment % 360,
        "conn": "m",
        "lat": lat,
        "lon": lon,
        "t": "t",
        "tid": "ab",
        "topic": "owntracks/user/phone",
        "tst": int(NOON.timestamp()) + moment,
        "vac": 3,
        "vel": 36,
    }
    password = b64encode(f"user:{world.keys[device]}".encode()).decode()
    headers = {"Authorization": f"Basic {password}", "X_Limit_U": "user"}
    headers["X_Limit_D"] = str(world.company.workers[device]) if path == "/pub" else "phone"
    return request("POST", path, json.dumps(said).encode(), Content_Type="application/json", **headers)


def _sizes(count: int) -> list[int]:
    """From 50 to 100, so many batches."""
    return [50 + n * 37 % 51 for n in range(count)]


def _new_batches(world: World, count: int) -> list[tuple[int, list[Ping]]]:
    """Device and pings of each batch."""
    found = []
    for n, size in enumerate(_sizes(count)):
        device, first = n % DEVICES, world.sent
        if device == DEVICES - 1 or n == count - 1:
            world.sent += 100
        found.append((device, [_ping(device, first + at) for at in range(size)]))
    return found


def _ping(device: int, moment: int) -> Ping:
    lat, lon = _place(device, moment)
    return Ping(
        NOON + timedelta(seconds=moment),
        lat,
        lon,
        12.0,
        10.0,
        float(moment % 360),
        154.0,
        56.0,
        False,
        "gps",
        "in_vehicle",
        False,
        "time",
        moment,
    )


def _twice(batches: Sequence[Any]) -> list[Any]:
    """All of them, and every other one a second time a little later."""
    late = 10
    mixed = []
    for n, one in enumerate(batches):
        mixed.append(one)
        if n >= late and n % 2 == 0:
            mixed.append(batches[n - late])
    return [*mixed, *batches[len(batches) - late :: 2]]


async def _batches_of(running: Servers, api: WebProcess, world: World, count: int) -> Run:
    """Phones send what they have kept, and send half of it again because an answer got lost."""
    tokens = [world.company.worker_token(one) for one in world.company.workers]
    sent = [
        request(
            "POST",
            PINGS,
            json.dumps({"pings": [_in_json(ping) for ping in pings]}).encode(),
            Content_Type="application/json",
            Authorization=f"Bearer {tokens[device]}",
        )
        for device, pings in _twice(_new_batches(world, count))
    ]
    return await _driven(running, api, sent)


def _in_json(ping: Ping) -> dict[str, Any]:
    return ping._asdict() | {"at": ping.at.isoformat()}


async def _driven(running: Servers, server: WebProcess, sent: Sequence[bytes]) -> Run:
    http = RawClient(server.address)
    pids = {"api": server.pid, "postgres": running.postgres_pid}
    try:
        return await drive(lambda n: http.send(sent[n]), len(sent), clients=CLIENTS, pids=pids)
    finally:
        http.close()


BARE = """
INSERT INTO ping (company_id, worker_id, device_id, device_at, content, clock_offset_s, received_at, seq, lat, lon,
                  accuracy_m, speed_mps, heading_deg, altitude_m, battery_pct, is_charging, provider, activity, is_mock,
                  trigger)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::bigint[], $6::int[], $7::timestamptz[],
                     $8::bigint[], $9::float8[], $10::float8[], $11::float8[], $12::float8[], $13::float8[],
                     $14::float8[], $15::float8[], $16::bool[], $17::text[], $18::text[], $19::bool[], $20::text[])
    ON CONFLICT DO NOTHING
"""
"""As it is usually written: a list for each column."""


async def _bare(running: Servers, product: Product, world: World, count: int) -> float:
    """CPU of client and PostgreSQL in ms for a ping, the same batches by the statement alone.

    As the restricted role, each in a transaction that sets its company. The values are ready before.
    """
    batches = [
        _columns(world.company, world.company.workers[device], pings)
        for device, pings in _twice(_new_batches(world, count))
    ]
    connection = await asyncpg.connect(product.app_url, server_settings={"jit": "off"})
    add = await connection.prepare(BARE)
    begin = f"BEGIN; SET LOCAL app.company_id = '{world.company.id}'"
    before = time.process_time() + cpu_s(running.postgres_pid)
    for columns in batches:
        await connection.execute(begin)
        await add.fetch(*columns)
        await connection.execute("COMMIT")
    spent = time.process_time() + cpu_s(running.postgres_pid) - before
    await connection.close()
    return spent * 1000 / sum(len(columns[0]) for columns in batches)


def _columns(company: Company, worker_id: UUID, pings: Sequence[Ping]) -> list[list[Any]]:
    sent = Sent(worker_id, worker_id, pings, 0, datetime.now(UTC))
    items = items_of(sent)
    for one in items:
        one.content = content_of(worker_id, worker_id, one.ping)
    rows = rows_of(company.id, sorted(items, key=lambda one: one.content))
    return [list(column) for column in zip(*rows, strict=True)]


async def _tutorial_pings(running: Servers, baseline: WebProcess, count: int) -> Run:
    """One ping in a request, as a tutorial has it."""
    sent = [
        request(
            "POST",
            "/positions",
            json.dumps(
                {
                    "lat": 55.5,
                    "lon": 37.5,
                    "accuracy": 12,
                    "speed": 10,
                    "battery": 56,
                    "recorded_at": (NOON + timedelta(seconds=n)).isoformat(),
                }
            ).encode(),
            Content_Type="application/json",
            Authorization=f"Bearer tok-{n % DEVICES + 1}",
        )
        for n in range(count)
    ]
    await _driven(running, baseline, sent[:WARM_UP])
    return await _driven(running, baseline, sent)


READ_DAY = (NOON - timedelta(days=10)).date()
READERS = 20
PINGS_OF_DAY = 1_000


async def _days(running: Servers, api: WebProcess, world: World, count: int) -> Run:
    """A dispatcher looks at days of workers. The days are the same on the empty and on the full table."""
    token = world.company.dispatcher_token()
    paths = [
        f"/api/v1/tracking/workers/{world.company.workers[n % READERS]}/track.geojson?day={READ_DAY}"
        for n in range(count)
    ]
    async with httpx.AsyncClient(base_url=api.address, timeout=60) as http:
        for path in paths[:READERS]:  # plans, and pages that were not read yet
            await call_api(http, "GET", path, token)
        return await drive(
            lambda n: call_api(http, "GET", paths[n], token),
            count,
            clients=2,
            pids={"api": api.pid, "postgres": running.postgres_pid},
        )


STORE = """
INSERT INTO ping (company_id, worker_id, device_id, device_at, content, received_at, lat, lon, accuracy_m, speed_mps,
                  heading_deg, altitude_m, battery_pct, is_charging, provider, activity, is_mock, trigger, seq)
SELECT $1, w, w, $2::timestamptz + n * interval '60 seconds', n * 7919, $2::timestamptz + n * interval '60 seconds',
       55.5 + n / 20000.0, 37.3 + n / 30000.0, 12, 10, n % 360, 154, 56, false, 'gps', 'in_vehicle', false, 'time', n
  FROM unnest($3::uuid[]) AS w, generate_series(1, $4) AS n
"""


async def _store(
    owner: asyncpg.Connection, company: UUID, day: Any, workers: Sequence[UUID], each: int
) -> None:
    await owner.execute("SELECT make_ping_day($1)", day)
    begins = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    await owner.execute(
        STORE.replace("'60 seconds'", f"'{60_000 // each} seconds'"), company, begins, workers, each
    )


async def _store_days_to_read(owner: asyncpg.Connection, company: Company) -> None:
    await _store(owner, company.id, READ_DAY, company.workers[:READERS], PINGS_OF_DAY)


async def _store_many(running: Servers, product: Product, world: World, rows: int) -> None:
    """Other workers of the same company have so many pings, on the days before."""
    others = [uuid7() for _ in range(DEVICES)]
    each = max(rows // STORED_DAYS // DEVICES, 1)
    async with running.owner_of(product.database) as owner:
        await owner.execute("SET synchronous_commit = off")
        for ago in range(STORED_DAYS):
            await _store(owner, world.company.id, (NOON - timedelta(days=ago)).date(), others, each)
        await owner.execute("VACUUM ANALYZE ping")
        await owner.execute("CHECKPOINT")


def _per_cpu_s(run: Run, pings: float = 1) -> float:
    return 1000 * pings / run.total_cpu_ms()


def _singles(empty: Played, full: Played) -> Figure:
    ours, reference = _per_cpu_s(empty.ours), _per_cpu_s(empty.one_insert)
    times, extra_ms = P2_P99
    slower = full.ours.total_cpu_ms() / empty.ours.total_cpu_ms()
    day = full.day.total_cpu_ms() / empty.day.total_cpu_ms()
    met = {
        f"≥ {P2_GOAL_PER_CPU_S:,} per CPU-second": ours >= P2_GOAL_PER_CPU_S,
        f"≥ {P2_GOAL_TIMES} × one INSERT per request": ours >= P2_GOAL_TIMES * reference,
        f"p99 ≤ {times:.0f} × p50 + {extra_ms:.0f} ms": empty.ours.p99_ms
        <= times * empty.ours.p50_ms + extra_ms,
        f"with 20 million stored ≤ {STORED_GOAL} ×": slower <= STORED_GOAL,
        f"day of a worker then ≤ {STORED_GOAL} ×": day <= STORED_GOAL,
    }
    return Figure(
        metric=f"single pings of OwnTracks, {DEVICES} devices, {CLIENTS} clients, durable: per CPU-second",
        value=ours,
        reference=reference,
        reference_is="one INSERT per request",
        ratio=ours / reference,
        goal="; ".join(met),
        holds=all(met.values()),
        unit="pings/CPU-s",
        parts={
            "goals": {goal: "yes" if holds else "NO" for goal, holds in met.items()},
            "product": empty.ours.shown(),
            "one INSERT per request": empty.one_insert.shown(),
            "with 20 million stored": full.ours.shown() | {"times": slower},
            "one INSERT per request, with 20 million stored": full.one_insert.shown(),
            "day of a worker": empty.day.shown(),
            "day of a worker, with 20 million stored": full.day.shown() | {"times": day},
        },
    )


def _batches(empty: Played, full: Played) -> Figure:
    ours, bare = _per_cpu_s(empty.batches, empty.per_batch), 1000 / empty.bare_ms
    tutorial = _per_cpu_s(empty.tutorial)
    slower = full.batches.total_cpu_ms() / empty.batches.total_cpu_ms()
    met = {
        f"≥ {P3_GOAL_SHARE:.0%} of the bare statement": ours >= P3_GOAL_SHARE * bare,
        f"≥ {P3_GOAL_TIMES} × the tutorial baseline": ours >= P3_GOAL_TIMES * tutorial,
        f"with 20 million stored ≤ {STORED_GOAL} ×": slower <= STORED_GOAL,
    }
    return Figure(
        metric="batches of 50 to 100 pings, half of them sent twice, through HTTP: per CPU-second",
        value=ours,
        reference=bare,
        reference_is="the bare statement over asyncpg",
        ratio=ours / bare,
        goal="; ".join(met),
        holds=all(met.values()),
        unit="pings/CPU-s",
        parts={
            "goals": {goal: "yes" if holds else "NO" for goal, holds in met.items()},
            "product, per batch": empty.batches.shown(),
            "product, with 20 million stored": full.batches.shown() | {"times": slower},
            "pings/CPU-s": {
                "product": ours,
                "bare statement": bare,
                "tutorial baseline": tutorial,
                "product, with 20 million stored": _per_cpu_s(full.batches, full.per_batch),
                "bare statement, with 20 million stored": 1000 / full.bare_ms,
            },
            "times the tutorial baseline": ours / tutorial,
        },
    )
