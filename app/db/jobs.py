"""What a job gets, how long a failed one waits, and who runs the quick ones."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.settings import Settings
from app.db.session import Sessions

log = structlog.get_logger(__name__)

JOB_TIMEOUT_S = 60
WAITING_MAX = 1000
"""Quick jobs a process holds; what comes on top is due again."""


class JobContext(msgspec.Struct, frozen=True, kw_only=True):
    """What background jobs work with."""

    sessions: Sessions
    settings: Settings
    clock: Clock
    files: ObjectStore


Job = Callable[..., Awaitable[Any]]
"""`job(context, company_id, *ids)`: takes ids, reloads, checks that the work is still wanted, is
safe to run twice. Raising is logged; the row it is about is due again later and rings again."""


def pause_before(attempt: int) -> timedelta:
    """1 s, 2 s, 4 s … at most 30 min. `attempt` counts the tries already made, from 1."""
    return min(timedelta(seconds=2 ** min(attempt - 1, 20)), timedelta(minutes=30))


class QuickJobs:
    """Runs jobs in this process, some at a time. The same job asked for twice while it waits is one job.

    What it holds is lost with the process, as a ring in Redis can be: the row is due again.
    """

    def __init__(self, context: JobContext, jobs: Mapping[str, Job], *, at_once: int) -> None:
        self._context = context
        self._jobs = jobs
        self._free = asyncio.Semaphore(at_once)
        self._tasks: dict[tuple[Any, ...], asyncio.Task[None]] = {}
        self._is_closed = False

    def start(self, name: str, company_id: UUID, *ids: Any) -> None:
        key = (name, company_id, *ids)
        if key in self._tasks or len(self._tasks) >= WAITING_MAX:
            return
        self._tasks[key] = task = asyncio.create_task(self._run(name, company_id, *ids))
        task.add_done_callback(lambda _: self._tasks.pop(key))

    async def _run(self, name: str, company_id: UUID, *ids: Any) -> None:
        structlog.contextvars.bind_contextvars(company_id=str(company_id), job=name)
        async with self._free:
            if self._is_closed:
                return
            try:
                async with asyncio.timeout(JOB_TIMEOUT_S):
                    await self._jobs[name](self._context, company_id, *ids)
            except Exception as error:
                log.error("job_failed", ids=[str(one) for one in ids], exc_info=error)

    async def close(self, *, within_s: float) -> None:
        """Begin nothing more, and let what runs come to its end: a gateway that is asked has its answer noted."""
        self._is_closed = True
        if tasks := set(self._tasks.values()):
            _, unfinished = await asyncio.wait(tasks, timeout=within_s)
            for task in unfinished:
                task.cancel()
