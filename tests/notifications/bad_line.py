"""A TCP connection to the gateway that breaks at the worst moments."""

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from enum import StrEnum


class Fault(StrEnum):
    NONE = "none"
    DROP_REPLY = "drop_reply"
    """The gateway gets the request and answers; the answer is thrown away and the connection reset."""
    HANG = "hang"
    """As before, but the caller waits for ever."""
    DROP_REQUEST = "drop_request"
    """The connection is reset before the gateway sees anything."""


class BadLine:
    """Each connection meets the next fault of `faults`, then `fault`."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port
        self.fault = Fault.NONE
        self.faults: list[Fault] = []
        self.broken: Counter[Fault] = Counter()
        self._over = asyncio.Event()
        self._calls: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/cgi-bin/sendsms"

    async def close(self) -> None:
        self._over.set()
        self._server.close()
        await asyncio.gather(*self._calls)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = asyncio.create_task(self._carry(reader, writer))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:  # the caller has given up
            await hang_up(writer)
            return
        fault = self.faults.pop(0) if self.faults else self.fault
        if fault != Fault.DROP_REQUEST:
            answer = await self._ask_gateway(request)
        if fault == Fault.NONE:
            writer.write(answer)
            await hang_up(writer)
            return
        if fault == Fault.HANG:
            await self._over.wait()
        self.broken[fault] += 1
        reset(writer)

    async def _ask_gateway(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        writer.write(request)
        answer = await reader.read(-1)
        await hang_up(writer)
        return answer


async def hang_up(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        await writer.drain()
        writer.close()
        await writer.wait_closed()


def reset(writer: asyncio.StreamWriter) -> None:
    """RST instead of a polite FIN."""
    peer = writer.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
