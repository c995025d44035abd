"""Keeps servers and processes running, one after the other, in one thread.

One thread on purpose: children are tied to the thread that started them (servers/process.py).
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
    """No pause for what had lived for a while (0); else 0.5 s, doubled by each further quick death, 2 s at most.

    Deadlines of offers wait meanwhile: whoever is killed again and again still has to meet them.
    """
    return float(min(FIRST_PAUSE_S * 2 ** (quick_deaths - 1), LONGEST_PAUSE_S)) if quick_deaths else 0.0


@dataclass
class _Watched:
    service: Server
    started_at: float
    quick_deaths: int = 0
    start_at: float | None = None  # set while it is down


class Supervisor:
    """Starts services in order, starts again what dies, stops all in the opposite order."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._watched: list[_Watched] = []

    def start(self, service: Server) -> None:
        """Start a service for the first time: a failure here is the caller's, nothing is tried again."""
        self._watched.append(_Watched(service, self._now()))
        service.start()

    def keep_running(self) -> None:
        """Until a signal ends us."""
        while True:
            time.sleep(CHECK_EVERY_S)
            self.check()

    def check(self) -> None:
        """One round: notice who died, start those whose pause is over."""
        for watched in self._watched:
            if watched.start_at is None and not watched.service.alive():
                self._note_death(watched, "ended by itself")
            if watched.start_at is not None and self._now() >= watched.start_at:
                self._start_again(watched)

    def first_dead(self) -> Server | None:
        """Someone who does not run, for those who rather fail than restart."""
        return next((w.service for w in self._watched if not w.service.alive()), None)

    def stop_all(self) -> None:
        """Last started, first stopped; one that resists does not keep the others up."""
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
