"""A proxy for PostgreSQL that counts statements and round trips, of the product and of its references alike."""

import asyncio
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

ENCRYPTION_REQUESTS = {80877103, 80877104}
"""A client asks for TLS or GSSAPI. The server says no, and the client starts again without."""
CHUNK = 65536


@dataclass
class Asked:
    statements: int = 0
    """All statements, also those that are sent together."""
    round_trips: int = 0
    """Messages after which the client waits for an answer: Sync, Flush and the simple Query."""


class Wire:
    """Forwards connections to the PostgreSQL of a URL. `url` is the same URL through this proxy."""

    def __init__(self, url: str) -> None:
        self.asked = Asked()
        self._to = urlsplit(url)
        self.url = ""

    async def listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        login = self._to.netloc.rpartition("@")[0]
        self.url = self._to._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()
        return server

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection(self._to.hostname, self._to.port)
        frontend = Frontend(self.asked)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, their_writer, frontend.read))
                both.create_task(_pump(their_reader, writer, lambda _: None))
        except* ConnectionError:
            pass  # one side closed its connection, so the other is closed too


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Callable[[bytes], None]
) -> None:
    try:
        while data := await reader.read(CHUNK):
            seen(data)
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


class Frontend:
    """Reads what a client sends (PostgreSQL's protocol 3.0, "Message Formats")."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._rest = bytearray()
        self._has_started = False

    def read(self, data: bytes) -> None:
        self._rest += data
        while (message := self._next()) is not None:
            kind, body = message
            if kind == b"Q":
                self._asked.statements += sum(bool(one.strip()) for one in body.rstrip(b"\0").split(b";"))
            self._asked.statements += kind == b"E"
            self._asked.round_trips += kind in (b"Q", b"S", b"H")

    def _next(self) -> tuple[bytes, bytes] | None:
        """Type and body of the next whole message. The first of a connection has no type."""
        head = 1 if self._has_started else 0
        if len(self._rest) < head + 4:
            return None
        length: int = struct.unpack_from("!I", self._rest, head)[0]
        if len(self._rest) < head + length:
            return None
        kind, body = bytes(self._rest[:head]), bytes(self._rest[head + 4 : head + length])
        del self._rest[: head + length]
        if not self._has_started:
            self._has_started = struct.unpack_from("!I", body)[0] not in ENCRYPTION_REQUESTS
        return kind, body


@contextmanager
def wire_to(url: str) -> Iterator[Wire]:
    """Run the proxy in its own thread, so that it also forwards while the caller waits for a process to start."""
    wire = Wire(url)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="wire")
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(wire.listen(), loop).result(timeout=10)
        yield wire
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
