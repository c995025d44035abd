"""Migrations build the schema that the code describes, and they can be undone."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.db.prepare import migrate
from tests.building.conftest import config_for


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
