"""Migrations build the schema that the code describes, and they can be undone."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.db.prepare import migrate
from app.db.session import create_engine
from migrations.due_work import add_clock, remove_clock
from tests.building.conftest import config_for
from tests.cast import NOON


async def ours_in(url: str) -> set[str]:
    """Tables and functions that are neither PostgreSQL's nor an extension's."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """
            SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')
               AND relnamespace = 'public'::regnamespace
               AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
            UNION ALL
            SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
               AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
            """
        )
    finally:
        await connection.close()
    return {row["name"] for row in rows} - {"alembic_version"}


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(Config("alembic.ini")).get_heads()) == 1


def test_files_are_named_by_their_time_so_that_they_lie_in_order():
    names = [file.name for file in Path("migrations/versions").glob("*.py")]

    assert [name for name in names if not re.match(r"\d{4}-\d{2}-\d{2}-\d{4}_\w+\.py$", name)] == []


async def test_models_and_migrations_agree_and_every_step_goes_back(fresh_url):
    await asyncio.to_thread(migrate, fresh_url)
    await asyncio.to_thread(command.check, config_for(fresh_url))
    built = await ours_in(fresh_url)

    await asyncio.to_thread(command.downgrade, config_for(fresh_url), "base")
    assert await ours_in(fresh_url) == set()

    await asyncio.to_thread(migrate, fresh_url)
    assert await ours_in(fresh_url) == built


async def test_migrations_wait_for_no_lock_longer_than_two_seconds(fresh_url):
    await asyncio.to_thread(migrate, fresh_url)
    reader = await asyncpg.connect(fresh_url)
    try:
        async with reader.transaction():
            await reader.execute("LOCK TABLE company IN ACCESS SHARE MODE")
            with pytest.raises(Exception, match="lock timeout"):
                await asyncio.to_thread(command.downgrade, config_for(fresh_url), "base")
    finally:
        await reader.close()


async def changed_by(url: str, change: Callable[[], None]) -> None:
    """As a step of a migration does it."""

    def run(connection: Connection) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            change()

    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


async def test_a_clock_is_added_by_one_line_and_removed_by_one(fresh_url):
    await asyncio.to_thread(migrate, fresh_url)
    owner = await asyncpg.connect(fresh_url)
    body = "SELECT prosrc FROM pg_proc WHERE proname = 'due_work'"
    before = await owner.fetchval(body)
    company_id, passed, future = uuid4(), NOON, NOON + timedelta(days=365)
    await owner.execute("CREATE TABLE made_up (company_id uuid, due_at timestamptz)")
    await owner.execute(
        "INSERT INTO made_up VALUES ($1, $2), ($1, NULL), ($1, $3)", company_id, passed, future
    )

    await changed_by(fresh_url, lambda: add_clock("made_up", "made_up", "due_at"))
    found = await owner.fetch("SELECT * FROM due_work($1)", NOON + timedelta(hours=1))
    await changed_by(fresh_url, lambda: remove_clock("made_up", "made_up", "due_at"))

    assert [tuple(row) for row in found] == [("made_up", company_id, passed)]
    assert await owner.fetchval(body) == before
    await owner.close()
