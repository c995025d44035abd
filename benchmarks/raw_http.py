"""A client that costs little: it sends prepared bytes over a few connections and reads answers with a length.

httpx takes more CPU for a request than the server does, and both share the machine.
"""

import asyncio
from urllib.parse import urlsplit

HEADERS_END = b"\r\n\r\n"
LENGTH = b"content-length:"


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of a request. Header names are given with underscores."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + HEADERS_END + body


class RawClient:
    """Connections to one address. Each carries one request at a time."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, sent: bytes) -> bytes:
        """The body of the answer.

        Raises:
            RuntimeError: the status is no success.
        """
        reader, writer = await self._connection()
        writer.write(sent)
        head = await reader.readuntil(HEADERS_END)
        at = head.lower().index(LENGTH) + len(LENGTH)
        body = await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
        self._idle.append((reader, writer))
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{head.splitlines()[0].decode()}: {body[:300].decode()}")
        return body

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """One that the server has not closed: it does so after some idle seconds."""
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
