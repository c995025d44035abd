"""One INSERT and one COMMIT for each ping of OwnTracks, written with care on the product's own table and role.

It does less than the product: no keys, no consent, no shifts, no last position, nothing to derive. It has in common
the protocol, the table with its key and row-level security, and an answer after COMMIT.

    DATABASE_DSN=postgresql://… COMPANY=<uuid> uvicorn benchmarks.references.one_insert:app
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from litestar import Litestar, Request, Response, get, post

COMPANY = UUID(os.environ["COMPANY"])
ADD = """
INSERT INTO ping (company_id, worker_id, device_id, device_at, content, received_at, lat, lon, accuracy_m, speed_mps,
                  heading_deg, altitude_m, battery_pct, trigger)
VALUES ($1, $2, $2, $3, $4, now(), $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
"""


class Location(msgspec.Struct):
    tst: int
    lat: float
    lon: float
    tid: str
    acc: float | None = None
    vel: float | None = None
    cog: float | None = None
    alt: float | None = None
    batt: float | None = None
    t: str | None = None


DECODER = msgspec.json.Decoder(Location)
pool: asyncpg.Pool


@asynccontextmanager
async def connected(_: Litestar) -> AsyncIterator[None]:
    global pool  # noqa: PLW0603  # the pool of the process
    pool = await asyncpg.create_pool(
        os.environ["DATABASE_DSN"],
        min_size=10,
        max_size=10,
        server_settings={"app.company_id": str(COMPANY), "jit": "off"},
    )
    yield
    await pool.close()


@post("/pub", status_code=200)
async def take(request: Request[Any, Any, Any]) -> Response[bytes]:
    said = DECODER.decode(await request.body())
    worker = UUID(request.headers["x-limit-d"])
    speed = None if said.vel is None else said.vel / 3.6
    await pool.execute(
        ADD,
        COMPANY,
        worker,
        datetime.fromtimestamp(said.tst, UTC),
        hash((said.lat, said.lon, said.acc)),
        said.lat,
        said.lon,
        said.acc,
        speed,
        said.cog,
        said.alt,
        said.batt,
        said.t,
    )
    return Response(b"[]", media_type="application/json")


@get("/ready")
async def is_ready() -> None:
    """Answers when it has its connections."""


app = Litestar([take, is_ready], lifespan=[connected], openapi_config=None)
