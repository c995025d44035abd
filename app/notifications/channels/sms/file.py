"""For development: writes every SMS as a line of a file."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import msgspec

from app.core.clock import Clock
from app.notifications.channels.protocol import Accepted, Outcome, Rejected
from app.notifications.channels.sms.segments import count_segments


class FileProvider:
    """Appends JSON lines. Several processes may share the file, because each line is one O_APPEND write.

    Texts are written whole, with one-time codes. So only the owner may read the file.
    """

    name = "file"

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    async def send(
        self, *, ref: str, to: str, text: str, sender: str, valid_for: timedelta | None = None
    ) -> Outcome:
        line = {
            "at": Clock().now(),
            "to": to,
            "sender": sender,
            "text": text,
            "segments": count_segments(text).parts,
            "ref": ref,
        }
        try:
            await asyncio.to_thread(self._append, msgspec.json.encode(line) + b"\n")
        except OSError as error:
            return Rejected(code=f"{type(error).__name__}: {error}", permanent=False)
        return Accepted()

    def _append(self, line: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)
