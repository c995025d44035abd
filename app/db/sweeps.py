"""Deadlines are columns. A sweep is the code that acts on those that have passed, inside one company."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import text

from app.core.clock import Clock
from app.db.session import Session, Sessions


class QueueJob(Protocol):
    """Have a job run when the caller's transaction is committed.

    It may get lost or run twice: the row it is about must be due again later, and the job must lock
    that row and check that its work is still wanted.
    """

    async def __call__(self, job: str, company_id: UUID, *ids: Any) -> None: ...


class Sweep(NamedTuple):
    """`run(session, company_id, now, queue_job)` claims some overdue rows of that company and acts on them.

    It answers how many it took; it is called again, each time in a new transaction, until those are
    fewer than `at_once`. It must be safe beside a copy of itself in another process (FOR UPDATE SKIP
    LOCKED).
    """

    name: str
    run: Callable[[Session, UUID, datetime, QueueJob], Awaitable[int]]
    at_once: int = 1
    companies_at_once: int = 1
    """For how many companies one process runs it at the same time; each takes a connection."""


class FreeSweep(NamedTuple):
    """A sweep that opens its transactions itself, because it waits for somebody in between or writes by
    commands: `run(sessions, company_id, clock)`, otherwise as `Sweep`."""

    name: str
    run: Callable[[Sessions, UUID, Clock], Awaitable[int]]
    at_once: int = 1
    companies_at_once: int = 1


AnySweep = Sweep | FreeSweep


class DueWork(NamedTuple):
    due_at: datetime
    sweep: str
    company_id: UUID


DUE_WORK = text("SELECT due_at, sweep, company_id FROM due_work(:until)")


async def find_due_work(session: Session, *, until: datetime) -> list[DueWork]:
    """All deadlines up to `until`; of those that have passed the earliest of each sweep in each company.

    It looks across companies: a database function that answers names, ids and times and nothing else
    (migration `due_work_by_time`).
    """
    return [DueWork(*row) for row in await session.execute(DUE_WORK, {"until": until})]
