"""Whether the process is alive and able to serve, for supervisors and load balancers."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Response, Router, get
from litestar.openapi import ResponseSpec
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import Clock
from app.http.guards import EXPECTED, public
from app.http.schemas import Out

HEARTBEAT_KEY = "brigada:background:heartbeat"
HEARTBEAT_MAX_AGE = timedelta(seconds=15)
CHECK_TIMEOUT_S = 3


class Health(Out):
    status: str
    """`ok`, `degraded` (it serves, but somebody must look) or `failing`."""
    checks: dict[str, str]


@get("/live", operation_id="isAlive", guards=[public], security=[{}], opt={EXPECTED: True})
async def is_alive() -> Health:
    """The process answers. Nothing else is checked."""
    return Health(status="ok", checks={})


@get(
    "/ready",
    operation_id="isReady",
    guards=[public],
    security=[{}],
    opt={EXPECTED: True},
    responses={503: ResponseSpec(Health, description="Something is failing", generate_examples=False)},
)
async def is_ready(request: Request[Any, Any, Any]) -> Response[Health]:
    """Database, Redis and the background process work; 503 when one does not.

    `events` counts events that were given up after many tries. They make it `degraded`, not failing; the log
    names them.
    """
    database, redis, background, events = await asyncio.gather(
        _check(_database_answers(request)),
        _check(_redis_answers(request.app.state.redis)),
        _check(_background_beats(request.app.state.redis)),
        _check(_events_are_heard(request)),
    )
    checks = {"database": database, "redis": redis, "background": background}
    if any(result != "ok" for result in checks.values()):
        return Response(Health(status="failing", checks=checks), status_code=503)
    status = "ok" if events == "ok" else "degraded"
    return Response(Health(status=status, checks=checks | {"events": events}))


async def _check(probe: Any) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return str(await probe)
    except (SQLAlchemyError, RedisError, OSError, TimeoutError) as error:
        return type(error).__name__


async def _database_answers(request: Request[Any, Any, Any]) -> str:
    async with request.app.state.sessions() as session:
        await session.execute(text("SELECT 1"))
    return "ok"


async def _events_are_heard(request: Request[Any, Any, Any]) -> str:
    async with request.app.state.sessions() as session:
        given_up = await session.scalar(text("SELECT count_given_up()"))
    return f"{given_up} given up" if given_up else "ok"


async def _redis_answers(redis: Redis) -> str:
    await redis.ping()
    return "ok"


async def _background_beats(redis: Redis) -> str:
    beat = await redis.get(HEARTBEAT_KEY)
    if beat is None:
        return "not seen"
    age = Clock().now() - datetime.fromtimestamp(float(beat), UTC)
    return "ok" if age < HEARTBEAT_MAX_AGE else f"silent for {age.total_seconds():.0f} s"


router = Router("/health", route_handlers=[is_alive, is_ready], tags=["health"])
