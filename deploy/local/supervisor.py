"""Keeps servers and processes running.

Everything happens in one thread, because a child ends with the thread that started it (servers/process.py).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from deploy.local.console import say
from deploy.local.failures import Failure
from deploy.local.servers.process import Server

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 2.0
STEADY_AFTER_S = 3.0
CHECK_EVERY_S = 0.05


def pause_before_restart(quick_deaths: int) -> float:
    """No pause if the process had run for a while (`quick_deaths` is 0). Otherwise 0.5 s, 1 s, and then 2 s.

    Pauses are short, because deadlines of offers must be met even if a process is killed again and again.
    """
    return float(min(FIRST_PAUSE_S * 2 ** (quick_deaths - 1), LONGEST_PAUSE_S)) if quick_deaths else 0.0


@dataclass
class _Watched:
    service: Server
    started_at: float
    quick_deaths: int = 0
    start_at: float | None = None  # set while it does not run


class Supervisor:
    """Starts services in order, restarts those that die, and stops all in the opposite order."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._watched: list[_Watched] = []

    def start(self, service: Server) -> None:
        """Start a service for the first time. A failure is raised and not tried again."""
        self._watched.append(_Watched(service, self._now()))
        service.start()

    def keep_running(self) -> None:
        """Restart services that die, until a signal ends us."""
        while True:
            time.sleep(CHECK_EVERY_S)
            self.check()

    def check(self) -> None:
        """Notice services that died, and start those whose pause is over."""
        for watched in self._watched:
            if watched.start_at is None and not watched.service.alive():
                self._note_death(watched, "ended by itself")
            if watched.start_at is not None and self._now() >= watched.start_at:
                self._start_again(watched)

    def first_dead(self) -> Server | None:
        """A service that does not run, or None. For callers that fail instead of restarting it."""
        return next((w.service for w in self._watched if not w.service.alive()), None)

    def stop_all(self) -> None:
        """Stop all, the last started first. If one does not stop, the others are still stopped."""
        while self._watched:
            service = self._watched.pop().service
            try:
                service.stop()
            except OSError as error:
                say(service.name, f"could not be stopped: {error}")

    def _note_death(self, watched: _Watched, what: str) -> None:
        lived = self._now() - watched.started_at
        watched.quick_deaths = watched.quick_deaths + 1 if lived < STEADY_AFTER_S else 0
        pause = pause_before_restart(watched.quick_deaths)
        watched.start_at = self._now() + pause
        say(watched.service.name, f"{what}; starting it again {f'in {pause:g} s' if pause else 'at once'}")

    def _start_again(self, watched: _Watched) -> None:
        watched.started_at = self._now()
        watched.start_at = None
        try:
            watched.service.start()
        except Failure as failure:
            self._note_death(watched, failure.what)
        else:
            say(watched.service.name, "runs again")
