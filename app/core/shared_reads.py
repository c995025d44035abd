"""Readers who ask for the same thing at the same time share one read.

When something happens, all screens of a company ask for the same at once. Each of them gets an answer that was begun
after it had asked, so nobody gets anything older than by a read of his own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class SharedReads:
    """Belongs to one event loop. At most two reads of one thing are at work: one runs, the next one gathers readers."""

    def __init__(self) -> None:
        self._gathering: dict[Hashable, asyncio.Task[Any]] = {}
        """Reads that have not begun. Whoever asks now is given their answer."""
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    async def read(self, thing: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The answer of `make`, which one of those who ask for `thing` calls for all. A reader who goes away stops
        nobody's read."""
        task: asyncio.Task[T] | None = self._gathering.get(thing)
        if task is None:
            task = self._gathering[thing] = asyncio.create_task(self._read(thing, make))
            task.add_done_callback(_look_at)
        return await asyncio.shield(task)

    async def _read(self, thing: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        if before := self._running.get(thing):
            await asyncio.wait({before})
        this = self._running[thing] = self._gathering.pop(thing)
        try:
            return await make()
        finally:
            if self._running.get(thing) is this:
                del self._running[thing]


def _look_at(task: asyncio.Task[Any]) -> None:
    """If every reader has gone away, nobody else looks at the error of a read."""
    if not task.cancelled():
        task.exception()
