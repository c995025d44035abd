"""Runs Alembic on the owner's connection. The application's role never migrates."""

import asyncio
import os
import time
from typing import Any

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.db.prepare import TURN
from app.schema import metadata


def include_object(obj: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    """Leave out PostGIS's own table."""
    return not (type_ == "table" and reflected and compare_to is None and name == "spatial_ref_sys")


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=include_object,
        render_item=alembic_helpers.render_item,
        compare_type=True,
        transaction_per_migration=True,
    )
    wait_for_turn(connection)
    connection.execute(text("SET lock_timeout = '2s'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    # for tables that Citus has distributed; plain PostgreSQL takes both and does nothing with them
    connection.execute(text("SET citus.multi_shard_modify_mode = 'sequential'"))
    connection.execute(text("SET citus.enable_unsafe_triggers = on"))
    connection.commit()
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text(TURN.replace("try_advisory_lock", "advisory_unlock")))
    connection.commit()


def wait_for_turn(connection: Connection) -> None:
    """Wait for a lock, because two servers may start at the same time."""
    while not connection.scalar(text(TURN)):
        connection.commit()
        time.sleep(0.2)
    connection.commit()


async def migrate(url: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(migrate(context.config.attributes.get("url") or os.environ["DATABASE_URL"]))
