"""The loop that keeps deadlines. It learns of them by NOTIFY, sleeps until the earliest one, and then sweeps."""

import asyncio
import contextlib
import heapq
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from app.core.clock import Clock
from app.db.session import Sessions, transaction
from app.db.sweeps import AnySweep, DueWork, FreeSweep, QueueJob, Sweep, find_due_work
from app.db.time import CONNECTION_LOST, learn_time
from app.db.wake import WAKE_CHANNEL, read_note

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 30.0
"""Pause between two looks for due work. A lost note delays its work by at most this long."""
LOOK_EVERY_WHEN_DEAF_S = 1.0
"""Pause between two looks while no notes arrive."""
KNOWN_AHEAD = timedelta(seconds=LOOK_EVERY_S * 1.5)
"""How far ahead a look reads deadlines. Longer than the pause, so that a late look misses none."""
LOOK_AGAIN_S = 0.2
"""Shortest time between two looks, so that several notes lead to one look."""
GATHER_S = 0.02
"""Notes that arrive within this time are handled together."""
HELD_PAUSE_S = 1.0
"""Pause before the next look, if a sweep found nothing to take."""
FAILED_PAUSE_S = 1.0
LISTEN_CHECK_S = 5.0
TURNS = 10
"""How many times a sweep runs for one company before the next company gets its turn."""


class Deadlines:
    """The known deadlines, earliest first, without duplicates."""

    def __init__(self) -> None:
        self._heap: list[DueWork] = []
        self._known: set[DueWork] = set()

    def add(self, one: DueWork) -> None:
        if one not in self._known:
            self._known.add(one)
            heapq.heappush(self._heap, one)

    def earliest(self) -> datetime | None:
        return self._heap[0].due_at if self._heap else None

    def take(self, now: datetime) -> list[DueWork]:
        """Remove and return the deadlines that have passed."""
        taken = []
        while self._heap and self._heap[0].due_at <= now:
            taken.append(heapq.heappop(self._heap))
        self._known.difference_update(taken)
        return taken


class Waker:
    """Runs the sweeps. One per background process; several processes share the work, as claims skip locked rows.

    A sweep runs for a company when one of that company's deadlines passes. Each sweep has its own
    tasks, so a slow sweep does not delay the others. A process learns of deadlines from notes and
    sometimes looks for them across companies. Every process knows all deadlines of the next moments,
    so no deadline is lost when one process is killed.
    """

    def __init__(
        self, *, sessions: Sessions, sweeps: Sequence[AnySweep], queue_job: QueueJob, clock: Clock
    ) -> None:
        self._sessions = sessions
        self._sweeps = {sweep.name: sweep for sweep in sweeps}
        self._queue_job = queue_job
        self._clock = clock
        self._woken = asyncio.Event()
        self._hears = False
        self._looked_at = self._look_at = 0.0
        """Time of the last look and of the next one. Floats in this class are times of the event loop's clock."""
        self._looking: asyncio.Task[None] | None = None
        self._known_until = datetime.min.replace(tzinfo=UTC)
        self._deadlines = Deadlines()
        self._told: set[tuple[str, UUID]] = set()
        """Sweep and company with work that is due now."""
        self._waiting: dict[str, dict[UUID, None]] = {name: {} for name in self._sweeps}
        """For each sweep, the companies it must run for, in order of arrival."""
        self._running: dict[str, dict[UUID, asyncio.Task[None]]] = {name: {} for name in self._sweeps}
        self._resting: set[tuple[str, UUID]] = set()
        """Sweep and company that ran a moment ago and pause before the next run (`rest_s`)."""
        self._failed: set[tuple[str, UUID]] = set()
        """Sweep and company that failed and now pause before the next try."""

    def wake(self, said: str = "") -> None:
        """Handle a note from WAKE_CHANNEL."""
        try:
            sweep, company_id, due_at = read_note(said)
        except ValueError:
            self._look_by(self._looked_at + LOOK_AGAIN_S)
            return
        if sweep not in self._sweeps:  # a newer process has sweeps that this one does not know
            return
        if due_at is None:
            self._told.add((sweep, company_id))
            self._woken.set()
        elif due_at <= self._known_until:  # the next look finds a later deadline in time
            self._deadlines.add(DueWork(due_at, sweep, company_id))
            self._woken.set()

    def hears(self, hears: bool) -> None:
        """Set whether notes arrive. Looks soon, because notes may have been missed."""
        self._hears = hears
        self._look_by(self._looked_at + LOOK_AGAIN_S)

    def _look_by(self, at: float) -> None:
        self._look_at = min(self._look_at, at)
        self._woken.set()

    async def run_forever(self) -> None:
        """Go on after any failure, such as a restart of PostgreSQL."""
        try:
            while True:
                try:
                    await self._run_until_failure()
                except Exception as error:
                    log.warning("waker_failed", exc_info=error)
                    await asyncio.sleep(FAILED_PAUSE_S)
        finally:
            if self._looking is not None:
                self._looking.cancel()

    async def close(self, *, within_s: float) -> None:
        """Let running sweeps finish, then cancel the rest. Cancel `run_forever` before."""
        self._sweeps = {}
        tasks = [task for running in self._running.values() for task in running.values()]
        if tasks:
            _, unfinished = await asyncio.wait(tasks, timeout=within_s)
            for task in unfinished:
                task.cancel()

    async def _run_until_failure(self) -> None:
        loop = asyncio.get_running_loop()
        self._look_at = 0
        while True:
            self._woken.clear()
            if self._look_at <= loop.time() and self._looking is None:
                self._start_look()
            self._queue_what_is_due()
            for sweep in self._sweeps:
                self._start(sweep)
            await self._wait(loop)

    async def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        """Until the next look or deadline. A note ends it early, after GATHER_S in which others may follow."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(self._next_at(loop.time())):
                await self._woken.wait()
                await asyncio.sleep(GATHER_S)

    def _next_at(self, loop_time: float) -> float:
        """Time of the next look or of the next deadline, whichever comes first."""
        due_at = self._deadlines.earliest()
        look_at = self._look_at if self._looking is None else math.inf
        if due_at is None:
            return look_at
        return min(look_at, loop_time + (due_at - self._clock.now()).total_seconds())

    def _start_look(self) -> None:
        self._looking = asyncio.create_task(self._look())
        self._looking.add_done_callback(self._looked)

    def _looked(self, _: asyncio.Task[None]) -> None:
        self._looking = None
        self._woken.set()

    async def _look(self) -> None:
        """Ask the database for the deadlines of the next moments.

        On a Citus cluster this fails while one node is away, or hangs with it. The deadlines that are known are kept
        all the same: most companies are on other nodes.
        """
        self._looked_at = asyncio.get_running_loop().time()
        self._look_at = self._looked_at + (LOOK_EVERY_S if self._hears else LOOK_EVERY_WHEN_DEAF_S)
        until = self._clock.now() + KNOWN_AHEAD
        # a deadline that is committed during the query comes by a note, and after a query that fails a later one too
        self._known_until = datetime.max.replace(tzinfo=UTC)
        try:
            async with transaction(self._sessions, None) as session:
                found = await find_due_work(session, until=until)
        except Exception as error:
            log.warning("look_failed", exc_info=error)
            self._look_at = asyncio.get_running_loop().time() + FAILED_PAUSE_S
            return
        self._known_until = until
        for one in found:
            self._deadlines.add(one)

    def _queue_what_is_due(self) -> None:
        for one in self._deadlines.take(self._clock.now()):
            self._queue(one.sweep, one.company_id)
        for sweep, company_id in self._told:
            self._queue(sweep, company_id)
        self._told = set()

    def _queue(self, sweep: str, company_id: UUID) -> None:
        """A sweep that a newer version has brought is left to its processes, while ours still run."""
        is_failed = (sweep, company_id) in self._failed  # after its pause it is tried again anyway
        if sweep in self._waiting and not is_failed:
            self._waiting[sweep][company_id] = None

    def _start(self, name: str) -> None:
        """Start the sweep for waiting companies, up to `companies_at_once`; for one company only once at a time."""
        if name not in self._sweeps:  # closed
            return
        waiting, running = self._waiting[name], self._running[name]
        ready = [one for one in waiting if one not in running and (name, one) not in self._resting]
        for company_id in ready:
            if len(running) >= self._sweeps[name].companies_at_once:
                return
            del waiting[company_id]
            running[company_id] = asyncio.create_task(self._sweep_company(self._sweeps[name], company_id))
            running[company_id].add_done_callback(partial(self._ended, name, company_id))

    def _ended(self, name: str, company_id: UUID, _: asyncio.Task[None]) -> None:
        del self._running[name][company_id]
        if (sweep := self._sweeps.get(name)) and sweep.rest_s:
            self._resting.add((name, company_id))
            asyncio.get_running_loop().call_later(sweep.rest_s, self._rested, name, company_id)
        self._start(name)

    def _rested(self, name: str, company_id: UUID) -> None:
        self._resting.discard((name, company_id))
        self._start(name)

    async def _sweep_company(self, sweep: AnySweep, company_id: UUID) -> None:
        """A failure is logged and this company pauses for a moment. Other companies do not wait for it."""
        try:
            taken = await sweep_company(
                self._sessions, sweep, company_id, queue_job=self._queue_job, clock=self._clock
            )
        except Exception as error:
            log.error("sweep_failed", sweep=sweep.name, company_id=str(company_id), exc_info=error)
            self._failed.add((sweep.name, company_id))
            self._waiting[sweep.name].pop(company_id, None)  # it was told of again while it ran
            asyncio.get_running_loop().call_later(FAILED_PAUSE_S, self._try_again, sweep.name, company_id)
            return
        if taken >= sweep.at_once * TURNS:
            self._queue(sweep.name, company_id)
        if not taken:  # another process did the work, or holds the rows and may be killed before it is done
            self._look_by(asyncio.get_running_loop().time() + HELD_PAUSE_S)

    def _try_again(self, sweep: str, company_id: UUID) -> None:
        self._failed.discard((sweep, company_id))
        self._queue(sweep, company_id)
        self._start(sweep)


class QueuedJobs:
    """Collects jobs, so that they are queued after COMMIT."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, UUID, tuple[Any, ...]]] = []

    async def __call__(self, job: str, company_id: UUID, *ids: Any) -> None:
        self.jobs.append((job, company_id, ids))


async def sweep_company(
    maker: Sessions, sweep: AnySweep, company_id: UUID, *, queue_job: QueueJob, clock: Clock
) -> int:
    """Sweep one company until nothing is due or its TURNS are used up. Returns how many rows were taken."""
    total = 0
    for _ in range(TURNS):
        if isinstance(sweep, FreeSweep):
            taken = await sweep.run(maker, company_id, clock)
        else:
            taken = await _sweep_in_transaction(maker, sweep, company_id, queue_job=queue_job, clock=clock)
        total += taken
        if taken < sweep.at_once:
            break
    return total


async def _sweep_in_transaction(
    maker: Sessions, sweep: Sweep, company_id: UUID, *, queue_job: QueueJob, clock: Clock
) -> int:
    queued = QueuedJobs()
    async with transaction(maker, company_id) as session:
        taken = await sweep.run(session, company_id, clock.now(), queued)
    for job, its_company_id, ids in queued.jobs:
        await _queue_or_report(queue_job, job, its_company_id, *ids)
    return taken


async def _queue_or_report(queue_job: QueueJob, job: str, company_id: UUID, *ids: Any) -> None:
    """If a job cannot be queued, log it and go on with the others. The row of the job is due again later."""
    try:
        await queue_job(job, company_id, *ids)
    except Exception as error:
        log.warning("job_not_queued", job=job, company_id=str(company_id), exc_info=error)


async def listen_for_wakes(url: str, waker: Waker) -> None:
    """Pass every note to the waker and reconnect for ever. While the connection is lost the waker looks more often."""
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
            try:
                await connection.add_listener(WAKE_CHANNEL, lambda *heard: waker.wake(heard[-1]))
                waker.hears(True)
                while not connection.is_closed():
                    await learn_time(connection)
                    await asyncio.sleep(LISTEN_CHECK_S)
            finally:
                waker.hears(False)
                connection.terminate()
        except CONNECTION_LOST as error:
            log.warning("listen_lost", error=str(error))
        await asyncio.sleep(FAILED_PAUSE_S)
