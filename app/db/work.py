"""Read, decide, write: the transaction of a command that runs often.

    work.lock(...)          lock the rows that decide; sent with BEGIN
    await work.one(...)     read all facts in one statement, after the lock
    (a policy decides)
    work.write(...)         collect the changes; one statement writes them just before COMMIT

Locking and reading are two statements for a reason. If one statement waits for a lock, rows joined to
the locked row are as they were before the wait. A transaction does not read back what it writes here.
A use case that must do so takes an AsyncSession (docs/adr/0005).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

import asyncpg
import msgspec

from app.contracts.event import Event
from app.core.changes import Change, Insert, InsertMany, Row, Update
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.db.base import Base
from app.db.query import Query
from app.db.session import IN_DOUBT, IS_CITUS, Session, Sessions, set_company, text_of, turn_of
from app.db.time import CONNECTION_LOST
from app.db.wake import note_for, notify, tell
from app.db.writing import rows_of, write_changes

R = TypeVar("R")

PREPARED = "prepared"
"""In `info` of a pooled connection: names of the locks that it knows."""
GENERIC_PLANS = "SET LOCAL plan_cache_mode = force_generic_plan"
"""A command looks up few rows by their keys, and planning that again for its own values costs more than doing it
(benchmarks/README.md). `tests/db/test_plans.py` refuses conditions for which such a plan finds no index."""


class Lock(NamedTuple):
    """A statement that locks rows of one thing. `$1` is the company, `$2` the thing's id.

    Each connection prepares it once, by its name. So it is sent with BEGIN and not planned again.
    """

    name: str
    statement: str


class ChangedMeanwhile(DomainError):
    """Somebody else changed the same row between our read and our write."""

    code = "conflict"


class Work:
    """One transaction of one company on an asyncpg connection."""

    def __init__(
        self, pooled: Any, company_id: UUID, *, begun: bool = False, planned_once: bool = False
    ) -> None:
        """`pooled` is a connection of the engine's pool; `begun` says that a transaction is open on it."""
        self._connection: asyncpg.Connection = pooled.driver_connection
        self._info = pooled.info
        self.company_id = company_id
        self._begun = begun
        self._planned_once = planned_once
        self._locks: list[tuple[Lock, str]] = []
        """Each with its call."""
        self._changes: list[Change] = []
        self._explains: dict[type[DomainError], Explain] = {}
        self.notes: set[str] = set()
        """Sent to the background process with COMMIT: see `app.db.wake`."""

    def lock(self, lock: Lock, thing_id: UUID) -> None:
        """Lock rows before the next read."""
        ids = f"'{text_of(self.company_id)}', '{text_of(thing_id)}'"
        self._locks.append((lock, f"EXECUTE {lock.name}({ids})"))

    async def one(self, query: Query[R], **values: Any) -> R | None:
        await self._begin()
        return await query.one(self._connection, {"company": self.company_id, **values})

    async def all(self, query: Query[R], **values: Any) -> list[R]:
        await self._begin()
        return await query.all(self._connection, {"company": self.company_id, **values})

    async def rows(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Run a statement that `queries` writes for asyncpg: `$1` is the company, `$2` the first of the values."""
        await self._begin()
        found: list[asyncpg.Record] = await self._connection.fetch(statement, self.company_id, *values)
        return found

    async def _begin(self) -> None:
        """Send BEGIN, the company and the locks in one round trip.

        On Citus each takes its own. Citus sends the whole text that contains a SET LOCAL to its nodes again.
        """
        if self._begun and not self._locks:
            return
        await self._prepare_locks()
        on_citus = self._info[IS_CITUS]
        first = [] if self._begun else ["BEGIN", set_company(self.company_id)]
        if first and self._planned_once and not on_citus:
            first.append(GENERIC_PLANS)
        first += [call for _, call in self._locks]
        self._begun, self._locks = True, []
        for text in first if on_citus else ["; ".join(first)]:
            await self._connection.execute(text)

    async def _prepare_locks(self) -> None:
        """Prepare the locks that this connection does not know yet. They stay when a transaction is rolled back."""
        known: set[str] = self._info.setdefault(PREPARED, set())
        for lock, _ in self._locks:
            if lock.name not in known:
                self._info[IN_DOUBT] = True
                await self._connection.execute(f"PREPARE {lock.name} AS {lock.statement}")
                known.add(lock.name)
                del self._info[IN_DOUBT]

    def write(self, *changes: Change, is_told: bool = True) -> None:
        """Write these changes before COMMIT, in this order, and send notes for new deadlines.

        Pass `is_told=False` for a deadline so far away that the next look finds it (`app.db.background`).
        """
        self._changes += changes
        for change in changes if is_told else ():
            self.notes.update(_notes_of(change, self.company_id))

    def announce(self, *events: Event) -> None:
        """Let listeners hear these events after COMMIT."""
        if events:
            self.write(InsertMany("outbox_event", [_news(event) for event in events]))

    async def write_now(self) -> None:
        """Write the collected changes.

        Raises:
            ChangedMeanwhile: a row is no longer as it was read.
            DomainError: `if_taken` of an insert, because its row exists already.
        """
        changes, self._changes = self._changes, []
        if not changes:
            return
        await self._begin()
        for change, count in await write_changes(self._connection, changes, self.company_id):
            if isinstance(change, Insert) and change.if_taken is not None and count == 0:
                raise await self._refusal_of(change, change.if_taken)
            _check(change, count)

    def explain(self, refusal: type[DomainError], by: "Explain") -> None:
        """Say what stands in the way when an insert is refused with this `if_taken`.

        Whoever loses a race then hears the same as somebody who came a second later: `by` reads the row that
        won. The transaction has not failed, because such an insert only finds that it writes nothing.
        """
        self._explains[refusal] = by

    async def _refusal_of(self, change: Insert, refusal: type[DomainError]) -> DomainError:
        explain = self._explains.get(refusal)
        return await explain(self, change) if explain else refusal()

    async def commit(self) -> None:
        await self.write_now()
        if self._begun:
            await self._connection.execute(f"{notify(self.notes)}COMMIT")

    async def rollback(self) -> None:
        if self._begun and not self._connection.is_closed():
            await self._connection.execute("ROLLBACK")

    def drop(self) -> None:
        """Break the connection off. PostgreSQL then rolls back, and the pool opens another."""
        self._connection.terminate()


Explain = Callable[[Work, Insert], Awaitable[DomainError]]


def _check(change: Change, count: int) -> None:
    if isinstance(change, Update) and change.expected is not None and count != change.expected:
        raise ChangedMeanwhile


def _notes_of(change: Change, company_id: UUID) -> Iterator[str]:
    table, is_new = Base.metadata.tables[change.table], isinstance(change, Insert | InsertMany)
    for values in rows_of(change):
        if note := note_for(table, company_id, values, is_new=is_new):
            yield note


def _news(event: Event) -> Row:
    return {"id": uuid7(), "kind": event.kind, "payload": msgspec.to_builtins(event)}


@asynccontextmanager
async def begin_work(
    sessions: Sessions, company_id: UUID, *, planned_once: bool = True
) -> AsyncIterator[Work]:
    """COMMIT at the end, ROLLBACK on any exception. The connection comes from the engine's pool.

    Giving it back waits for nothing, because nothing was begun on it through SQLAlchemy.

    Pass `planned_once=False` for a list: what its filters find decides how it is best read.
    """
    async with turn_of(sessions, company_id):
        pooled = await sessions.kw["bind"].raw_connection()
        work = Work(pooled, company_id, planned_once=planned_once)
        try:
            yield work
            await work.commit()
        except BaseException:
            await _give_up(work)
            raise
        finally:
            pooled.close()


async def _give_up(work: Work) -> None:
    """Roll back. If that fails or is cut off, drop the connection: its transaction may still be open."""
    try:
        await work.rollback()
    except CONNECTION_LOST:
        work.drop()
    except BaseException:
        work.drop()
        raise


async def look_across(sessions: Sessions, query: Query[R], **values: Any) -> R | None:
    """One row of a function that looks across companies. It needs neither a company nor a transaction."""
    pooled = await sessions.kw["bind"].raw_connection()
    try:
        return await query.one(cast("asyncpg.Connection", pooled.driver_connection), values)
    finally:
        pooled.close()


@asynccontextmanager
async def work_in(session: Session, company_id: UUID) -> AsyncIterator[Work]:
    """A `Work` in the transaction of an AsyncSession. Its changes are written at the end of the block."""
    await session.flush()
    pooled = await (await session.connection()).get_raw_connection()
    work = Work(pooled, company_id, begun=True)
    yield work
    await work.write_now()
    tell(session, work.notes)
