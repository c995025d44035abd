"""Reading by few statements, for what is looked at all day."""

from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from app.db.query import Query
from app.db.session import Sessions
from app.db.work import Work, begin_work

R = TypeVar("R")


class Reader:
    """Reads rows of one company. Each read is a transaction of its own, which is over when the rows are there."""

    def __init__(self, sessions: Sessions, company_id: UUID) -> None:
        self._sessions = sessions
        self._company_id = company_id

    async def all(self, query: Query[R], **values: Any) -> list[R]:
        async with begin_work(self._sessions, self._company_id, planned_once=False) as work:
            return await work.all(query, **values)

    async def rows(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Run a statement that `queries` writes for asyncpg: `$1` is the company, `$2` the first of the values."""
        async with begin_work(self._sessions, self._company_id, planned_once=False) as work:
            return await work.rows(statement, *values)

    def together(self) -> AbstractAsyncContextManager[Work]:
        """One transaction for several reads, which are planned once for whatever values."""
        return begin_work(self._sessions, self._company_id)
