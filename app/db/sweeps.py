"""Deadlines are columns. A sweep is the code that acts on those that have passed, inside one company."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import text

from app.db.session import Session


class Ring(Protocol):
    """Ask for a job to run when the caller's transaction is committed: a doorbell, nothing more.

    It may be lost or ring twice: the row it is about must be due again later, and the job must lock
    that row and check that its work is still wanted.
    """

    async def __call__(self, job: str, company_id: UUID, *ids: Any) -> None: ...


class Sweep(NamedTuple):
    """`run(session, company_id, now, ring)` claims some overdue rows of that company and acts on them.

    It answers how many it took; it is called again, each time in a new transaction, until those are
    fewer than `at_once`. It must be safe beside a copy of itself in another process (FOR UPDATE SKIP
    LOCKED).
    """

    name: str
    run: Callable[[Session, UUID, datetime, Ring], Awaitable[int]]
    at_once: int = 1


class DueWork(NamedTuple):
    sweep: str
    company_id: UUID
    due_at: datetime


DUE_WORK = text("SELECT sweep, company_id, due_at FROM due_work(:until) ORDER BY due_at")


async def find_due_work(session: Session, *, until: datetime) -> list[DueWork]:
    """The earliest deadline of each sweep in each company that has one up to `until`, earliest first.

    The only look across companies: a database function that answers names, ids and times and
    nothing else (migration `due_work`).
    """
    return [DueWork(*row) for row in await session.execute(DUE_WORK, {"until": until})]
