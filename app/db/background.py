"""The loop that keeps deadlines: sleeps until the earliest one, woken early by NOTIFY."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from app.core.clock import Clock
from app.db.session import Sessions, transaction
from app.db.sweeps import Ring, Sweep, find_due_work
from app.db.wake import WAKE_CHANNEL

log = structlog.get_logger(__name__)

POLL_S = 1.0
"""Belt and braces: how long a lost NOTIFY can delay anything."""
HORIZON = timedelta(seconds=POLL_S * 2)
GATHER_S = 0.025
"""What comes closer together than this is done together."""
LOOK_AGAIN_S = 0.2
"""No deadline is set so near that it must be known sooner."""
HELD_PAUSE_S = 0.1
FAILED_PAUSE_S = 1.0
TURNS = 10
"""How many times a sweep runs for one company before it is the next one's turn."""


class Waker:
    """One per background process. Several processes share the work: claims skip locked rows.

    Each sweep runs in a task of its own, so that a slow one delays no other. It runs for companies
    that were found to have something due, and at once for those it was told of.
    """

    def __init__(self, *, sessions: Sessions, sweeps: Sequence[Sweep], ring: Ring, clock: Clock) -> None:
        self._sessions = sessions
        self._sweeps = {sweep.name: sweep for sweep in sweeps}
        self._ring = ring
        self._clock = clock
        self._woken = asyncio.Event()
        self._looked_at = self._look_at = 0.0
        """When it last asked for due work and when it will again, by the loop's clock as all floats here."""
        self._found: dict[str, list[UUID]] = {}
        self._told: dict[str, set[UUID]] = {}
        """By sweep: the companies it must run for."""
        self._running: dict[str, asyncio.Task[None]] = {}
        self._rest_until: dict[tuple[str, UUID], float] = {}
        """Sweep and company -> when it is tried again."""

    def wake(self, note: str = "") -> None:
        """Something was committed: `note` is as in WAKE_CHANNEL."""
        sweep, _, company_id = note.partition(" ")
        if sweep in self._sweeps:
            self._told.setdefault(sweep, set()).add(UUID(company_id))
        self._look_by(self._looked_at + LOOK_AGAIN_S)
        self._woken.set()

    def _look_by(self, at: float) -> None:
        self._look_at = min(self._look_at, at)

    async def run_forever(self) -> None:
        """Survives everything a restarted PostgreSQL does to it."""
        while True:
            try:
                await self._run_until_failure()
            except Exception as error:
                log.warning("waker_failed", exc_info=error)
                await asyncio.sleep(FAILED_PAUSE_S)

    async def _run_until_failure(self) -> None:
        self._look_at = 0
        while True:
            self._woken.clear()
            if self._look_at <= asyncio.get_running_loop().time():
                await self._look()
            self._start()
            await asyncio.sleep(GATHER_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self._look_at):
                    await self._woken.wait()

    async def _look(self) -> None:
        """Ask the database what is due, and when to ask again."""
        now, self._looked_at = self._clock.now(), asyncio.get_running_loop().time()
        self._look_at = self._looked_at + POLL_S
        at_work = {name for name in self._running if self._is_running(name)}
        async with transaction(self._sessions, None) as session:
            work = await find_due_work(session, until=now + HORIZON)
        self._found = {}
        for one in work:
            if one.due_at > now:
                self._look_by(self._looked_at + (one.due_at - now).total_seconds())
            elif (rests_until := self._rest_until.get((one.sweep, one.company_id), 0)) > self._looked_at:
                self._look_by(rests_until)
            elif one.sweep not in at_work:  # it may be just that which it does
                self._found.setdefault(one.sweep, []).append(one.company_id)

    def _is_running(self, sweep: str) -> bool:
        return sweep in self._running and not self._running[sweep].done()

    def _start(self) -> None:
        for name in {*self._found, *self._told}:
            if not self._is_running(name):
                found, told = self._found.pop(name, []), self._told.pop(name, set())
                self._running[name] = asyncio.create_task(self._sweep(self._sweeps[name], found, told))

    async def _sweep(self, sweep: Sweep, found: list[UUID], told: set[UUID]) -> None:
        for company_id in [*found, *told.difference(found)]:
            await self._sweep_company(sweep, company_id, is_told=company_id in told)
        done = [one for one in found if one not in told and (sweep.name, one) not in self._rest_until]
        self._look_by(0 if done else self._looked_at + LOOK_AGAIN_S)  # for the next deadline of those
        self._woken.set()

    async def _sweep_company(self, sweep: Sweep, company_id: UUID, *, is_told: bool) -> None:
        """A failure in one company is logged; that company rests for a moment, the others do not wait for
        it. One in which somebody else holds what is due rests as well, or looks would never end."""
        now = asyncio.get_running_loop().time
        if (rests_until := self._rest_until.get((sweep.name, company_id), 0)) > now():
            self._look_by(rests_until)
            return
        try:
            taken = await sweep_company(self._sessions, sweep, company_id, ring=self._ring, clock=self._clock)
        except Exception as error:
            log.error("sweep_failed", sweep=sweep.name, company_id=str(company_id), exc_info=error)
            self._rest_until[sweep.name, company_id] = now() + FAILED_PAUSE_S
            return
        self._rest_until.pop((sweep.name, company_id), None)
        if not taken and not is_told:
            self._rest_until[sweep.name, company_id] = now() + HELD_PAUSE_S
        if taken >= sweep.at_once * TURNS:
            self._told.setdefault(sweep.name, set()).add(company_id)


class Rung:
    """Keeps what is rung for until the transaction is committed."""

    def __init__(self) -> None:
        self.jobs: list[tuple[str, UUID, tuple[Any, ...]]] = []

    async def __call__(self, job: str, company_id: UUID, *ids: Any) -> None:
        self.jobs.append((job, company_id, ids))


async def sweep_company(maker: Sessions, sweep: Sweep, company_id: UUID, *, ring: Ring, clock: Clock) -> int:
    """Sweep one company until nothing is due or its turns are over. Returns how many rows were taken."""
    total = 0
    for _ in range(TURNS):
        rung = Rung()
        async with transaction(maker, company_id) as session:
            taken = await sweep.run(session, company_id, clock.now(), rung)
        for job, its_company_id, ids in rung.jobs:
            await _ring_or_report(ring, job, its_company_id, *ids)
        total += taken
        if taken < sweep.at_once:
            break
    return total


async def _ring_or_report(ring: Ring, job: str, company_id: UUID, *ids: Any) -> None:
    """A bell that is broken does not keep the others from ringing: what it is about is due again."""
    try:
        await ring(job, company_id, *ids)
    except Exception as error:
        log.warning("not_rung", job=job, company_id=str(company_id), exc_info=error)


async def listen_for_wakes(url: str, waker: Waker) -> None:
    """Wake the waker on every NOTIFY; reconnects for ever. Until it is back the poll carries on."""
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
            try:
                await connection.add_listener(WAKE_CHANNEL, lambda *heard: waker.wake(heard[-1]))
                waker.wake()
                while not connection.is_closed():
                    await connection.execute("SELECT 1")
                    await asyncio.sleep(5)
            finally:
                await connection.close(timeout=1)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            log.warning("listen_lost", error=str(error))
        await asyncio.sleep(FAILED_PAUSE_S)
