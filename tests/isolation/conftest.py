from collections.abc import AsyncIterator

import asyncpg
import pytest


@pytest.fixture
async def superuser(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Whoever looks past every policy: to read the catalogue and to see what is really there."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()
