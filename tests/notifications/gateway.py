"""A fake gateway that gives strange answers, which a real Kannel never gives."""

import asyncio
from urllib.parse import parse_qs, urlsplit

from tests.notifications.bad_line import hang_up


class StrangeGateway:
    """Reads a request and answers with whatever bytes a test wants; remembers what it was asked."""

    def __init__(self) -> None:
        self.answer = b""
        self.asked: list[dict[str, str]] = []

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/cgi-bin/sendsms"

    async def close(self) -> None:
        self._server.close()

    def says(self, status: str, body: str) -> None:
        raw = body.encode()
        self.answer = f"HTTP/1.1 {status}\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        query = parse_qs(urlsplit(head.split(" ")[1]).query)
        self.asked.append({name: values[0] for name, values in query.items()})
        writer.write(self.answer)
        await hang_up(writer)
