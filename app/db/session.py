"""One request or one job is one transaction of one company. If COMMIT fails, the caller gets an error."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.core.turns import Turns
from app.db.append import write_appended
from app.db.base import JSON_BY_MSGSPEC
from app.db.time import learn_time
from app.db.wake import send_notes

TURNS = "turns"
"""In `info` of a sessionmaker."""
SERVER_KEY = "server_key"
"""In `info` of a sessionmaker and its sessions."""
IS_CITUS = "is_citus"
"""In `info` of a pooled connection."""
IN_DOUBT = "in_doubt"
"""In `info` of a pooled connection while a statement changes what it keeps beyond a transaction. If the request is cut
off meanwhile, it stays there: nobody knows whether the statement has run, and the connection is not used again."""

ANSWERS_WITHIN_S = 35.0
"""A little longer than `statement_timeout`, which cannot end a wait for a server that is frozen or cut off."""

Session = AsyncSession
Sessions = async_sessionmaker[AsyncSession]


def create_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """Engine for `postgresql://…`. It belongs to the event loop that first uses it."""
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_use_lifo=True,  # the connection used last has its plans and pages at hand
        **JSON_BY_MSGSPEC,
        connect_args={
            "timeout": 5,
            "command_timeout": ANSWERS_WITHIN_S,
            "prepared_statement_cache_size": 1000,  # for AsyncSession; SET LOCAL is another statement for each company
            "statement_cache_size": 1000,  # for commands (app.db.work), which have more than the default of 100
            "max_cached_statement_lifetime": 0,
            "max_cacheable_statement_size": 0,  # any size: asyncpg would parse and plan those above 15 KiB each time
            "server_settings": {
                "application_name": "brigada",
                # SET LOCAL reaches Citus' workers, and catalogue queries are answered as by plain PostgreSQL,
                # which takes both settings and does nothing with them
                "citus.propagate_set_commands": "local",
                "citus.override_table_visibility": "off",
                "jit": "off",
                "timezone": "UTC",
                "statement_timeout": "30s",
                "lock_timeout": "10s",
                "idle_in_transaction_session_timeout": "60s",
            },
        },
    )
    event.listen(engine.sync_engine, "connect", _get_to_know)
    event.listen(engine.sync_engine, "checkout", _check_out)
    return engine


def _get_to_know(connection: Any, record: Any) -> None:
    """Ask for the time: a new connection may lead to another machine with another clock. And is it Citus?"""
    connection.run_async(learn_time)
    record.info[IS_CITUS] = connection.run_async(_is_citus)


async def _is_citus(connection: asyncpg.Connection) -> bool:
    return bool(await connection.fetchval("SELECT current_setting('citus.version', true) IS NOT NULL"))


def _check_out(pooled: Any, record: Any, _: Any) -> None:
    """Refuse a connection that PostgreSQL has closed, or that a request which was cut off left in doubt or in the
    middle of its transaction. The pool then opens a new one.

    asyncpg knows this without a query, so the check costs nothing. `pool_pre_ping` costs three round trips.
    """
    driver: asyncpg.Connection = pooled.driver_connection
    if driver.is_closed() or driver.is_in_transaction() or IN_DOUBT in record.info:
        raise DisconnectionError


def sessions(engine: AsyncEngine, turns: Turns | None = None, *, secret_key: str = "") -> Sessions:
    """`turns` is where companies take turns at the connections of this engine. `secret_key` is the server's."""
    return async_sessionmaker(engine, expire_on_commit=False, info={TURNS: turns, SERVER_KEY: secret_key})


def secret_of(session: Session) -> str:
    """The server's key, for hashes of what a table keeps but must not show.

    Raises:
        LookupError: a bug: the sessions of this process were made without the key.
    """
    secret_key: str = session.info.get(SERVER_KEY, "")
    if not secret_key:
        raise LookupError("sessions() was called without the server's key")
    return secret_key


def turn_of(maker: Sessions, company_id: UUID | None) -> AbstractAsyncContextManager[None]:
    """Around a transaction: no company may take all connections while others ask."""
    turns: Turns | None = maker.kw.get("info", {}).get(TURNS)
    return nullcontext() if turns is None or company_id is None else turns.turn(company_id)


@asynccontextmanager
async def transaction(maker: Sessions, company_id: UUID | None) -> AsyncIterator[Session]:
    """COMMIT at the end, ROLLBACK on any exception.

    Row-level security shows only rows of `company_id`. With None it shows no rows.

    Raises:
        TooBusy: the company asks for more than its share, and has waited too long for a turn.
    """
    async with turn_of(maker, company_id), maker() as session:
        await session.begin()
        try:
            if company_id is not None:
                await enter_company(session, company_id)
            yield session
            await write_appended(session)
            await send_notes(session)
            await session.commit()
        except asyncio.CancelledError:
            await (
                session.invalidate()
            )  # BEGIN may be on its way: SQLAlchemy does not know of it and rolls nothing back
            raise
        except BaseException:
            await session.rollback()
            raise


async def enter_company(session: Session, company_id: UUID) -> None:
    """Set the company for the rest of this transaction."""
    connection = await session.connection()
    await connection.exec_driver_sql(set_company(company_id))


def set_company(company_id: UUID) -> str:
    """The statement that sets the company.

    It is not set_config(), because Citus passes only SET LOCAL on to its nodes. SET LOCAL takes no
    bind parameter, so the value is checked to be a UUID.
    """
    return f"SET LOCAL app.company_id = '{text_of(company_id)}'"


def text_of(row_id: UUID) -> str:
    """For a statement that takes no bind parameter. Nothing but a UUID gets into its text.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(row_id, UUID):
        raise TypeError(f"{row_id!r} is no UUID")
    return str(row_id)


def constraint_of(error: BaseException) -> str | None:
    """Name of the constraint that a database error names, or None."""
    cause: Any = getattr(getattr(error, "orig", None), "__cause__", None)
    if name := getattr(cause, "constraint_name", None):
        return str(name)
    told = SHARD_CONSTRAINT.search(str(cause))
    return told[1] if told else None


SHARD_CONSTRAINT = re.compile(r'constraint "(\w+)_\d+"')
"""Citus passes on no more than a node's message, which names the constraint of a shard: its name, then
the shard's number."""
