"""A screen in the office that follows the live channel."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from tests.cast import API


@dataclass
class Screen:
    status: int
    """Of the answer that opened it."""
    shown: list[dict[str, Any]] = field(default_factory=list)
    """Events in the order they came."""
    at: dict[str, float] = field(default_factory=dict)
    """Event id -> when its line came (`time.perf_counter`)."""
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, *, kind: str, count: int = 1, within: float = 20) -> list[dict[str, Any]]:
        """The first events of that kind, as soon as there are so many."""
        async with self._news, asyncio.timeout(within):
            await self._news.wait_for(lambda: len(self.of_kind(kind)) >= count)
        return self.of_kind(kind)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.shown if event["kind"] == kind]

    async def show(self, event: dict[str, Any]) -> None:
        async with self._news:
            self.shown.append(event)
            self.at[event["id"]] = time.perf_counter()
            self._news.notify_all()


@asynccontextmanager
async def screen(
    client: httpx.AsyncClient, *, token: str | None = None, query: str = "", last_event_id: str | None = None
) -> AsyncIterator[Screen]:
    """Open the channel and read it until the end of the block."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    if last_event_id:
        headers["last-event-id"] = last_event_id
    async with client.stream("GET", f"{API}/live?{query}", headers=headers, timeout=None) as answer:
        opened = Screen(answer.status_code)
        lines = answer.aiter_lines()
        if answer.status_code == 200:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert await anext(lines) == ": connected"
        reading = asyncio.create_task(_read(lines, opened))
        try:
            yield opened
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def _read(lines: AsyncIterator[str], opened: Screen) -> None:
    message: dict[str, str] = {}
    async for line in lines:
        if line:
            name, _, value = line.partition(": ")
            message[name] = value
        elif "data" in message:
            event = msgspec.json.decode(message["data"])
            assert (message["id"], message["event"]) == (event["id"], event["kind"])
            await opened.show(event)
            message = {}
        else:
            message = {}
