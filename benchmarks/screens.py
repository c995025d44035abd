"""An open board: it follows the live channel and reads again what an event touches, as the console does."""

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import msgspec

from benchmarks.raw_http import HEADERS_END, RawClient, request

OPENED_WITHIN_S = 30
SHOWN_WITHIN_S = 30
GATHERS_S = 0.01
"""A board waits so long for further events, as in the console (`TOGETHER_MS` of `board.svelte.ts`)."""


class Event(msgspec.Struct):
    payload: dict[str, Any]


class SeenVisit(msgspec.Struct):
    id: str
    version: int


class Part(msgspec.Struct):
    visits: list[SeenVisit]


class Screen:
    """Its two connections are its own. Only one read is on its way; what happens meanwhile is read next."""

    def __init__(self, address: str, token: str, *, after: str) -> None:
        self._address = address
        self._token = token
        self._after = after
        self._client = RawClient(address)
        self._touched: set[str] = set()
        self._something = asyncio.Event()
        self._answered = asyncio.Condition()
        self._shown: dict[tuple[str, int], float] = {}
        """When an answer showed this version of a visit for the first time."""
        self._tasks: list[asyncio.Task[None]] = []
        self.reads = 0

    async def open(self) -> None:
        parts = urlsplit(self._address)
        reader, self._stream = await asyncio.open_connection(str(parts.hostname), int(parts.port or 80))
        path = f"/api/v1/live?after={self._after}"
        self._stream.write(request("GET", path, Authorization=f"Bearer {self._token}"))
        async with asyncio.timeout(OPENED_WITHIN_S):
            head = await reader.readuntil(HEADERS_END)
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.splitlines()[0].decode())
            await reader.readuntil(b"connected")
        self._tasks = [asyncio.create_task(self._follow(reader)), asyncio.create_task(self._read_again())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._stream.close()
        self._client.close()

    async def shows(self, visit_id: str, version: int) -> float:
        """When this board showed that version, or a later one. Seconds since 1970."""
        async with asyncio.timeout(SHOWN_WITHIN_S), self._answered:
            while True:
                for (shown, its_version), at in self._shown.items():
                    if shown == visit_id and its_version >= version:
                        return at
                await self._answered.wait()

    async def _follow(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"data:"):
                event = msgspec.json.decode(line.removeprefix(b"data:"), type=Event)
                if visit_id := event.payload.get("visit_id"):
                    self._touched.add(visit_id)
                    self._something.set()

    async def _read_again(self) -> None:
        while True:
            await self._something.wait()
            await asyncio.sleep(GATHERS_S)
            touched, self._touched = sorted(self._touched), set()
            self._something.clear()
            path = "/api/v1/board/visits?" + "&".join(f"visit_id={one}" for one in touched)
            answer = await self._client.send(request("GET", path, Authorization=f"Bearer {self._token}"))
            at = time.time()
            self.reads += 1
            async with self._answered:
                for one in msgspec.json.decode(answer, type=Part).visits:
                    self._shown.setdefault((one.id, one.version), at)
                self._answered.notify_all()
