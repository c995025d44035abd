"""Have smaller copies of a photo made, by a process of its own that may die of it (`images.shrinking`)."""

import asyncio
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple

from app.field.images.shrinking import TOO_LARGE, UNDECODABLE
from app.field.previews.policies import MADE_WITHIN_S


class Copy(NamedTuple):
    kind: str
    width_px: int
    height_px: int
    content: bytes


class CannotBeMade(Exception):
    """`failure` says why. It makes no sense to try again if `is_final`."""

    def __init__(self, failure: str, *, is_final: bool, said: str = "") -> None:
        self.failure = failure
        self.said = said
        self.is_final = is_final
        super().__init__(failure)


FAILURES = {UNDECODABLE: "undecodable", TOO_LARGE: "too_large"}


async def make_copies(original: IO[bytes], content_type: str) -> list[Copy]:
    """The copies of a picture. `original` is read from its beginning and left open.

    Raises:
        CannotBeMade: the decoder refuses it, needs too much memory or time, or has died.
    """
    original.seek(0)
    with TemporaryDirectory(prefix="previews-") as folder:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.field.images.shrinking", content_type, folder),
            stdin=original,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        said, complained = await _what_it_says(process)
        if process.returncode != 0:
            failure = FAILURES.get(process.returncode or 0, "gave_up")
            raise CannotBeMade(
                failure, is_final=failure != "gave_up", said=complained.decode(errors="replace")
            )
        return [_read(Path(folder), kind, size) for kind, size in json.loads(said).items()]


async def _what_it_says(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    """What it answers and what it complains of."""
    try:
        async with asyncio.timeout(MADE_WITHIN_S):
            return await process.communicate()
    except TimeoutError:
        return b"", b"took too long"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _read(folder: Path, kind: str, size: tuple[int, int]) -> Copy:
    return Copy(kind, *size, (folder / f"{kind}.jpg").read_bytes())
