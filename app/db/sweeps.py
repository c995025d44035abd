"""A deadline is a column. A sweep is the code that acts on passed deadlines, inside one company."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import text

from app.core.clock import Clock
from app.db.session import Session, Sessions


class QueueJob(Protocol):
    """Queue a job after the caller's transaction commits.

    A job may get lost or run twice. So the row it works on must be due again later, and the job must
    lock that row and check that the work is still wanted.
    """

    async def __call__(self, job: str, company_id: UUID, *ids: Any) -> None: ...


class Sweep(NamedTuple):
    """`run(session, company_id, now, queue_job)` claims some overdue rows of a company and acts on them.

    It returns how many rows it took. It runs again, each time in a new transaction, until it takes
    fewer than `at_once`. Other processes may run it at the same moment, so it claims rows with FOR
    UPDATE SKIP LOCKED.
    """

    name: str
    run: Callable[[Session, UUID, datetime, QueueJob], Awaitable[int]]
    at_once: int = 1
    companies_at_once: int = 1
    """For how many companies one process runs it at the same time. Each takes a connection."""
    rest_s: float = 0.0
    """Pause after a run before the next one for the same company. When much arrives, a run then takes more of it."""


class FreeSweep(NamedTuple):
    """A sweep that opens its own transactions: `run(sessions, company_id, clock)`. Otherwise like `Sweep`.

    It does so because it waits for a provider between them, or because it writes by `Work`.
    """

    name: str
    run: Callable[[Sessions, UUID, Clock], Awaitable[int]]
    at_once: int = 1
    companies_at_once: int = 1
    rest_s: float = 0.0


AnySweep = Sweep | FreeSweep


class DueWork(NamedTuple):
    due_at: datetime
    sweep: str
    company_id: UUID


DUE_WORK = text("SELECT due_at, sweep, company_id FROM due_work(:until)")


async def find_due_work(session: Session, *, until: datetime) -> list[DueWork]:
    """All coming deadlines up to `until`. For passed ones, only the earliest of each sweep and company.

    It looks across companies by a database function that returns only names, ids and times (migration
    `due_work_by_time`).
    """
    return [DueWork(*row) for row in await session.execute(DUE_WORK, {"until": until})]
