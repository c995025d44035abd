"""Keeps servers and processes running, one after the other, in one thread.

One thread on purpose: children are tied to the thread that started them (servers/process.py).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from deploy.local.console import say
from deploy.local.failures import Failure

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 2.0
"""Deadlines of offers wait meanwhile: whoever is killed again and again still has to meet them."""
STEADY_AFTER_S = 60.0


class Service(Protocol):
    """What can be supervised. `start` returns when it is ready and may be called again after a death."""

    @property
    def name(self) -> str: ...

    def start(self) -> None: ...

    def alive(self) -> bool: ...

    def stop(self) -> None: ...


def pause_before_restart(failures: int) -> float:
    """0.5 s after the first death, doubled by each further one, 2 s at most."""
    return float(min(FIRST_PAUSE_S * 2 ** max(failures - 1, 0), LONGEST_PAUSE_S))


@dataclass
class _Watched:
    service: Service
    started_at: float
    failures: int = 0
    start_at: float | None = None  # set while it is down


class Supervisor:
    """Starts services in order, starts again what dies, stops all in the opposite order."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._watched: list[_Watched] = []

    def start(self, service: Service) -> None:
        """Start a service for the first time: a failure here is the caller's, nothing is tried again."""
        self._watched.append(_Watched(service, self._now()))
        service.start()

    def check(self) -> None:
        """One round: notice who died, start those whose pause is over. Call it a few times a second."""
        for watched in self._watched:
            if watched.start_at is not None:
                if self._now() >= watched.start_at:
                    self._start_again(watched)
            elif not watched.service.alive():
                self._note_death(watched, "ended by itself")

    def first_dead(self) -> Service | None:
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
        if self._now() - watched.started_at > STEADY_AFTER_S:
            watched.failures = 0
        watched.failures += 1
        pause = pause_before_restart(watched.failures)
        watched.start_at = self._now() + pause
        say(watched.service.name, f"{what}; starting it again in {pause:g} s")

    def _start_again(self, watched: _Watched) -> None:
        watched.started_at = self._now()
        watched.start_at = None
        try:
            watched.service.start()
        except Failure as failure:
            self._note_death(watched, failure.what)
        else:
            say(watched.service.name, "runs again")
