"""A proxy between a phone and the product that behaves like a bad network: slow, and broken off again and again."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

READ_BYTES = 1_024
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends RST, so whatever is under way is lost."""


class BadNetwork:
    """Passes bytes on to `port`. `up_bytes` counts what phones have sent through it."""

    def __init__(
        self,
        port: int,
        *,
        up_bytes_per_s: float | None = None,
        reset_after: Callable[[], int] | None = None,
        on_bytes: Callable[[int], None] | None = None,
    ) -> None:
        """Each connection is reset after as many bytes as `reset_after` says for it. `on_bytes` is told `up_bytes`."""
        self.port = 0
        self.up_bytes = 0
        self.resets = 0
        self._to = port
        self._rate = up_bytes_per_s
        self._reset_after = reset_after
        self._on_bytes = on_bytes

    @asynccontextmanager
    async def open(self) -> AsyncIterator["BadNetwork"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, phone: asyncio.StreamReader, to_phone: asyncio.StreamWriter) -> None:
        try:
            product, to_product = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:  # it was killed
            to_phone.transport.abort()
            return
        ways = [
            asyncio.create_task(self._up(phone, to_product)),
            asyncio.create_task(self._down(product, to_phone)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (to_product, to_phone):
            _break_off(end)

    async def _up(self, phone: asyncio.StreamReader, to_product: asyncio.StreamWriter) -> None:
        left = self._reset_after() if self._reset_after else None
        while sent := await phone.read(READ_BYTES if left is None else min(READ_BYTES, left)):
            if self._rate:
                await asyncio.sleep(len(sent) / self._rate)
            to_product.write(sent)
            await to_product.drain()
            self.up_bytes += len(sent)
            if self._on_bytes:
                self._on_bytes(self.up_bytes)
            if left is not None:
                left -= len(sent)
                if left <= 0:
                    self.resets += 1
                    return

    async def _down(self, product: asyncio.StreamReader, to_phone: asyncio.StreamWriter) -> None:
        while answer := await product.read(65_536):
            to_phone.write(answer)
            await to_phone.drain()


def _break_off(end: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, AttributeError):
        end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    end.transport.abort()
