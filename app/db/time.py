"""Asks the database for its time, so that all processes use the same clock for deadlines."""

import asyncio
import time

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.clock import database_time

log = structlog.get_logger(__name__)

CONNECTION_LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What asyncpg raises when a connection breaks. The last one comes when it breaks while asyncpg gives up a query."""
ASK_AGAIN_S = 30.0
ASK_AGAIN_WHEN_AWAY_S = 1.0


async def learn_time(connection: asyncpg.Connection) -> None:
    """Ask for the time in one short query. It also shows that the connection still works."""
    asked_ns = time.monotonic_ns()
    told = await connection.fetchval("SELECT clock_timestamp()", timeout=5)
    database_time.learn(told, asked_ns=asked_ns, answered_ns=time.monotonic_ns())


async def learn_time_of(engine: AsyncEngine) -> bool:
    """Ask for the time. Returns False if the database does not answer."""
    try:
        async with engine.connect() as connection:
            raw = await connection.get_raw_connection()
            await learn_time(raw.driver_connection)
    except (SQLAlchemyError, *CONNECTION_LOST) as error:
        log.warning("database_time_unknown", error=str(error))
        return False
    return True


async def follow_time_forever(engine: AsyncEngine) -> None:
    while True:
        has_answered = await learn_time_of(engine)
        await asyncio.sleep(ASK_AGAIN_S if has_answered else ASK_AGAIN_WHEN_AWAY_S)
