"""The loop that keeps deadlines: sleeps until the earliest one, woken early by NOTIFY."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import asyncpg
import structlog

from app.core.clock import Clock
from app.db.session import Sessions, transaction
from app.db.sweeps import DueWork, Ring, Sweep, find_due_work
from app.db.wake import WAKE_CHANNEL

log = structlog.get_logger(__name__)

POLL_S = 1.0
"""Belt and braces: how long a lost NOTIFY can delay anything."""
HORIZON = timedelta(seconds=POLL_S * 2)
LOOK_PAUSE_S = 0.025
"""Commits that come closer together than this are looked at together."""
FAILED_PAUSE_S = 1.0
TURNS = 10
"""How many times a sweep runs for one company before it is the next one's turn."""


class Waker:
    """One per background process. Several processes share the work: claims skip locked rows.

    Each sweep runs in a task of its own, so that a slow one delays no other.
    """

    def __init__(self, *, sessions: Sessions, sweeps: Sequence[Sweep], ring: Ring, clock: Clock) -> None:
        self._sessions = sessions
        self._sweeps = {sweep.name: sweep for sweep in sweeps}
        self._ring = ring
        self._clock = clock
        self._woken = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._rest_until: dict[tuple[str, UUID], float] = {}
        """Sweep and company -> when it is tried again, by the loop's clock."""

    def wake(self) -> None:
        self._woken.set()

    async def run_forever(self) -> None:
        """Survives everything a restarted PostgreSQL does to it."""
        while True:
            try:
                await self._run_until_failure()
            except Exception as error:
                log.warning("waker_failed", exc_info=error)
                await asyncio.sleep(FAILED_PAUSE_S)

    async def _run_until_failure(self) -> None:
        while True:
            self._woken.clear()
            now = self._clock.now()
            async with transaction(self._sessions, None) as session:
                work = await find_due_work(session, until=now + HORIZON)
            self._start([one for one in work if one.due_at <= now])
            await asyncio.sleep(LOOK_PAUSE_S)
            later = min((one.due_at for one in work if one.due_at > now), default=now + HORIZON)
            pause = min((later - self._clock.now()).total_seconds(), POLL_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(pause, 0)):
                    await self._woken.wait()

    def _start(self, due: Sequence[DueWork]) -> None:
        now = asyncio.get_running_loop().time()
        due = [one for one in due if self._rest_until.get((one.sweep, one.company_id), now) <= now]
        for name in {one.sweep for one in due}:
            if (task := self._running.get(name)) is not None and not task.done():
                continue
            companies = [one.company_id for one in due if one.sweep == name]
            self._running[name] = asyncio.create_task(self._sweep(self._sweeps[name], companies))

    async def _sweep(self, sweep: Sweep, companies: Sequence[UUID]) -> None:
        """A failure in one company is logged; that company rests for a moment, the others do not wait for it."""
        for company_id in companies:
            self._rest_until.pop((sweep.name, company_id), None)
            try:
                await sweep_company(self._sessions, sweep, company_id, ring=self._ring, clock=self._clock)
            except Exception as error:
                log.error("sweep_failed", sweep=sweep.name, company_id=str(company_id), exc_info=error)
                again_at = asyncio.get_running_loop().time() + FAILED_PAUSE_S
                self._rest_until[sweep.name, company_id] = again_at
        self.wake()


async def sweep_company(maker: Sessions, sweep: Sweep, company_id: UUID, *, ring: Ring, clock: Clock) -> int:
    """Sweep one company until nothing is due or its turns are over. Returns how many rows were taken."""
    total = 0
    for _ in range(TURNS):
        async with transaction(maker, company_id) as session:
            taken = await sweep.run(session, company_id, clock.now(), ring)
        if not taken:
            break
        total += taken
    return total


async def listen_for_wakes(url: str, waker: Waker) -> None:
    """Wake the waker on every NOTIFY; reconnects for ever. Until it is back the poll carries on."""
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
            try:
                await connection.add_listener(WAKE_CHANNEL, lambda *_: waker.wake())
                waker.wake()
                while not connection.is_closed():
                    await connection.execute("SELECT 1")
                    await asyncio.sleep(5)
            finally:
                await connection.close(timeout=1)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            log.warning("listen_lost", error=str(error))
        await asyncio.sleep(FAILED_PAUSE_S)
