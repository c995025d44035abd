"""Which sweeps have work for one company. Running all of them to find out took most of the time of the suite.

The product asks by `due_work()`, which looks across all companies. Here it is asked about one company, because the
database of the suite keeps what thousands of companies left undone. A sweep that `due_work()` forgets is therefore
not run in a test either.
"""

import asyncio
import re
from datetime import datetime
from uuid import UUID

import asyncpg

SOURCE = "SELECT prosrc FROM pg_proc WHERE proname = 'due_work'"
OF_ONE_COMPANY = """
CREATE FUNCTION pg_temp.due_work_of(of_company uuid, until timestamptz)
RETURNS TABLE (sweep text, company_id uuid, due_at timestamptz) LANGUAGE plpgsql AS $${body}$$
"""
ASK = "SELECT DISTINCT sweep FROM pg_temp.due_work_of($1, $2)"


class DueSweeps:
    """Asks over a connection of a superuser, one question at a time. A test may cut it off: then it has another."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()

    async def of(self, company_id: UUID, until: datetime) -> set[str]:
        """Names of the sweeps that have something to do for this company at that time."""
        async with self._turn:
            if self._connection is None or self._connection.is_closed():
                self._connection = await _connect(self._url)
            return {row["sweep"] for row in await self._connection.fetch(ASK, company_id, until)}

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()


async def _connect(url: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(url)
    source = await connection.fetchval(SOURCE)
    body, found = re.subn(r"\bWHERE\b", "WHERE company_id = of_company AND", source)
    assert found == len(re.findall(r"\bFROM\b", source)), "each part of due_work() reads rows of one table"
    await connection.execute(OF_ONE_COMPANY.format(body=body))
    return connection
