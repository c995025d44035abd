"""Taking turns at something scarce, so that nobody who asks often keeps the others waiting.

Each asker (a company, an address) has a line of his own. When a place becomes free, the lines take turns. An asker who
is alone may take nearly everything; as soon as others ask too, he has a share. Those who wait use nothing but memory.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from app.core.errors import DomainError

OTHERS_COUNT_FOR_S = 1.0
"""Whoever has asked this lately may ask again at any moment."""
ASKERS_MAX = 1_000


class TooBusy(DomainError):
    """Too many wait already, or somebody has waited too long. Nothing was done."""

    status = 503
    code = "too_busy"


class Turns:
    """Belongs to one event loop."""

    def __init__(
        self,
        places: int,
        *,
        share: int,
        alone: int | None = None,
        waiting_max: int = 500,
        patience_s: float = 10.0,
    ) -> None:
        """`share` is what one asker may take of the places while others ask, `alone` while nobody else does."""
        self._places = places
        self._share = share
        self._alone = places if alone is None else alone
        self._waiting_max = waiting_max
        self._patience_s = patience_s
        self._inside: Counter[Hashable] = Counter()
        self._lines: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()
        self._seen: OrderedDict[Hashable, float] = OrderedDict()
        self._waiting = 0

    @asynccontextmanager
    async def turn(self, asker: Hashable) -> AsyncIterator[None]:
        """Around what is scarce.

        Raises:
            TooBusy: the asker's line is too long, or does not move.
        """
        await self._enter(asker)
        try:
            yield
        finally:
            self._leave(asker)

    def refuse_if_full(self, asker: Hashable) -> None:
        """Ask before doing anything for which a turn will be needed.

        Raises:
            TooBusy: nobody could wait any more.
        """
        if self._waiting >= self._waiting_max or len(self._lines.get(asker, ())) >= self._line_max():
            raise TooBusy(retry_after_s=1)

    def _line_max(self) -> int:
        return max(1, self._waiting_max // 2)

    async def _enter(self, asker: Hashable) -> None:
        self._note_seen(asker)
        if asker not in self._lines and self._may_enter(asker):
            self._inside[asker] += 1
            return
        self.refuse_if_full(asker)
        called = asyncio.get_running_loop().create_future()
        self._lines.setdefault(asker, deque()).append(called)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience_s):
                await called
        except BaseException as error:
            self._give_up(asker, called)
            if isinstance(error, TimeoutError):
                raise TooBusy(retry_after_s=1) from error
            raise

    def _give_up(self, asker: Hashable, called: asyncio.Future[None]) -> None:
        """Somebody went away while he waited, or at the very moment he was called."""
        if called.done() and not called.cancelled():
            self._leave(asker)
            return
        line = self._lines.get(asker)
        if line is not None and called in line:
            line.remove(called)
            self._waiting -= 1
            if not line:
                del self._lines[asker]

    def _leave(self, asker: Hashable) -> None:
        self._inside[asker] -= 1
        if not self._inside[asker]:
            del self._inside[asker]
        self._call_next()

    def _call_next(self) -> None:
        """The lines take turns: whose first one is called, that line goes to the end."""
        for asker in list(self._lines):
            if not self._may_enter(asker):
                continue
            line = self._lines[asker]
            called = line.popleft()
            self._waiting -= 1
            if line:
                self._lines.move_to_end(asker)
            else:
                del self._lines[asker]
            self._inside[asker] += 1
            called.set_result(None)

    def _may_enter(self, asker: Hashable) -> bool:
        most = self._alone if self._is_alone(asker) else self._share
        return self._inside.total() < self._places and self._inside[asker] < most

    def _is_alone(self, asker: Hashable) -> bool:
        """Whether nobody else is inside or has asked lately. The last to ask stand at the end."""
        if any(other != asker for other in self._inside):
            return False
        for other in reversed(self._seen):
            if other != asker:
                return self._seen[other] < asyncio.get_running_loop().time() - OTHERS_COUNT_FOR_S
        return True

    def _note_seen(self, asker: Hashable) -> None:
        self._seen[asker] = asyncio.get_running_loop().time()
        self._seen.move_to_end(asker)
        if len(self._seen) > ASKERS_MAX:
            self._seen.popitem(last=False)
