"""Servers that tests kill: see `tests.killable`."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from app.core.settings import Settings
from deploy.local.places import CHECKOUT
from deploy.local.servers.process import free_port

PAUSE_S = 0.02
TRIES = 1_500
"""Half a minute."""


def environment_of(settings: Settings) -> dict[str, str]:
    """For a process with the same settings."""
    given = {name.upper(): str(getattr(settings, name)) for name in settings.__struct_fields__}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), **given}


class Killable:
    """A real server. `kill` it, and it is `started` again, on the same port.

    `clock` is `standing` (at NOON) or `real`.
    """

    def __init__(self, environment: Mapping[str, str], *, log: Path, clock: str = "standing") -> None:
        self.port = free_port()
        self.kills = 0
        with log.open("ab") as out:
            self._loader = subprocess.Popen(
                [sys.executable, "-m", "tests.killable", str(self.port), clock],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                env=dict(environment),
                cwd=CHECKOUT,
                text=True,
            )
        self._said()
        self.pid = 0
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        assert self._loader.stdin is not None
        self._loader.stdin.write("\n")
        self._loader.stdin.flush()
        self.pid = int(self._said())

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.kills += 1
        self.start()

    async def answers(self) -> None:
        """Wait until it does."""
        async with httpx.AsyncClient(base_url=self.address) as client:
            for _ in range(TRIES):
                try:
                    await client.get("/health/live")
                except httpx.TransportError:
                    await asyncio.sleep(PAUSE_S)
                else:
                    return
        raise AssertionError(f"no answer from {self.address}")

    def stop(self) -> None:
        assert self._loader.stdin is not None
        self._loader.stdin.close()
        self._loader.kill()
        self._loader.wait()
        assert self._loader.stdout is not None
        self._loader.stdout.close()

    def _said(self) -> str:
        assert self._loader.stdout is not None
        return self._loader.stdout.readline()
