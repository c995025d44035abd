"""A file of JSON lines, into which the providers for development write."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from app.notifications.channels.protocol import Accepted, Outcome, Rejected


async def append_line(path: str, line: Mapping[str, Any]) -> Outcome:
    """Append one line. Several processes may share the file, because each line is one O_APPEND write.

    Texts are written whole, with one-time codes. So only the owner may read the file.
    """
    try:
        await asyncio.to_thread(_append, Path(path), msgspec.json.encode(line) + b"\n")
    except OSError as error:
        return Rejected(code=f"{type(error).__name__}: {error}", permanent=False)
    return Accepted()


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line)
    finally:
        os.close(file)
