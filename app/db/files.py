"""Photos, signatures and PDFs, in a local folder or in S3. obstore gives both the same interface.

Keys begin with the company id: `<company>/<kind>/<id>`. The database keeps content types, hashes and
sizes, because the local store has no attributes. Nobody may call these functions while a transaction
is open: the store may be slow or not answer at all.

A store that hangs must not take the whole process with it. So all calls go through one `Room`: few at a time, each
with a limit in seconds, and for a moment none at all when the store has not answered several times in a row.
"""

import asyncio
import errno
import hashlib
import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, S3Store

from app.core.errors import DomainError

CHUNK_BYTES = 256 * 1024
CONNECT_TIMEOUT = timedelta(seconds=3)
ANSWER_TIMEOUT = timedelta(seconds=60)
"""For one whole request. `Room` gives up long before."""
RETRY_FOR = timedelta(seconds=4)

AT_ONCE = 8
"""Calls of the store at a time, for each of our processes. A file that is written lies in memory."""
WAIT_FOR_ROOM_S = 2.0
BEGIN_WITHIN_S = 5.0
"""Until the store begins to answer."""
BYTES_PER_S = 1_000_000
"""A file may take a second longer for each so many bytes."""
DELETED_AT_ONCE = 500
DELETED_PER_S = 100
SILENCES = 3
"""So many calls in a row without an answer, and the next ones are refused at once."""
CLOSED_FOR_S = 3.0


T = TypeVar("T")

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Numbers of errors that say: nothing more fits on this disk."""
OS_ERROR = re.compile(r"os error (\d+)")
HALF_WRITTEN = re.compile(r"#\d+$")
"""How obstore names a local file until all of it is written. One that is still there was left by a killed process."""


class FilesUnavailable(OSError):
    """The store does not answer or refuses us. It makes sense to try again later. `errno` says if its disk is full."""


class FileLost(DomainError):
    """The database knows this file, but the store does not have it, or has other bytes. `reason` is `missing` or
    `changed`. It is not worth asking again: somebody must restore the file."""

    status = 410
    code = "file_lost"


class Room:
    """How much of this process may wait for the store."""

    def __init__(self) -> None:
        self._seats = asyncio.Semaphore(AT_ONCE)
        self._silences = 0
        self._closed_until = 0.0

    @asynccontextmanager
    async def entered(self, key: str, *, more_s: float = 0.0) -> AsyncIterator[asyncio.Timeout]:
        """Around one call of the store, which must begin to answer in time; `more_s` for a large file. What is
        yielded can be given more time: a long answer comes in parts.

        Raises:
            FileLost: the store does not have the file.
            FilesUnavailable: the store refuses us or does not answer in time, or too many others wait for it.
        """
        await self._sit_down(key)
        try:
            async with asyncio.timeout(BEGIN_WITHIN_S + more_s) as limit:
                yield limit
            self._silences = 0
        except TimeoutError as error:
            self._note_silence()
            raise FilesUnavailable(f"{key}: no answer") from error
        except (FileNotFoundError, NotFoundError) as error:
            self._silences = 0
            raise FileLost(reason="missing") from error
        except BaseError as error:
            raise _unavailable(key, error) from error
        finally:
            self._seats.release()

    async def _sit_down(self, key: str) -> None:
        if asyncio.get_running_loop().time() < self._closed_until:
            raise FilesUnavailable(f"{key}: the store has not answered for a while")
        try:
            async with asyncio.timeout(WAIT_FOR_ROOM_S):
                await self._seats.acquire()
        except TimeoutError as error:
            raise FilesUnavailable(f"{key}: too many wait for the store") from error

    def _note_silence(self) -> None:
        self._silences += 1
        if self._silences >= SILENCES:
            self._closed_until = asyncio.get_running_loop().time() + CLOSED_FOR_S


def _unavailable(key: str, error: BaseError) -> FilesUnavailable:
    said = f"{key}: {str(error).partition(chr(10))[0]}"
    number = OS_ERROR.search(str(error))
    return FilesUnavailable(int(number[1]), said) if number else FilesUnavailable(said)


ROOM = Room()
"""Of this process, which has one store."""
SYNCING = ThreadPoolExecutor(2, thread_name_prefix="files")
"""Own threads: a disk that hangs takes none that others need."""


def open_files(url: str) -> ObjectStore:
    """Open the store that FILES_URL names: `file:///folder` or `s3://bucket?endpoint=http://…&region=…`.

    For S3 the access keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalStore(Path(parts.netloc + parts.path).absolute(), mkdir=True, automatic_cleanup=True)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return S3Store(
        parts.netloc,
        endpoint=options.get("endpoint"),
        region=options.get("region", "us-east-1"),
        client_options={
            "allow_http": options.get("endpoint", "").startswith("http://"),
            "connect_timeout": CONNECT_TIMEOUT,
            "timeout": ANSWER_TIMEOUT,
        },
        retry_config={"max_retries": 3, "retry_timeout": RETRY_FOR},
    )


def file_key(company_id: UUID, kind: str, file_id: UUID | str) -> str:
    """`<company>/<kind>/<id>`. A key never contains text that a person wrote."""
    return f"{company_id}/{kind}/{file_id}"


async def put_file(files: ObjectStore, key: str, content: bytes | IO[bytes]) -> None:
    """Write the whole file or nothing. A second write replaces the first. A local file is synced to disk.

    S3 gets the file in one request, because an aborted multipart upload would leave invisible parts behind.

    Raises:
        FilesUnavailable: the store does not answer.
    """
    async with ROOM.entered(key, more_s=_size_of(content) / BYTES_PER_S):
        await obstore.put_async(files, key, content, use_multipart=False)
        if isinstance(files, LocalStore):
            await _on_disk(_sync_to_disk, _place_in(files, key), _place_in(files, ""))


async def _on_disk(work: Callable[..., T], *args: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(SYNCING, work, *args)


def _place_in(files: LocalStore, key: str) -> Path:
    return Path(files.prefix or "/") / key


def _size_of(content: bytes | IO[bytes]) -> int:
    if isinstance(content, bytes):
        return len(content)
    here = content.tell()
    size = content.seek(0, os.SEEK_END)
    content.seek(here)
    return size


def _sync_to_disk(path: Path, root: Path) -> None:
    """Survive a power cut: the phone deletes its copy when we answer that we have the file.

    The folders are synced too: one that is new is an entry of the one above it.
    """
    for one in (path, *path.parents):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if one == root:
            return


async def read_file(files: ObjectStore, key: str, *, sha256: bytes | None = None) -> bytes:
    """Read the whole file into memory. For documents; use `open_file` for photos.

    Raises:
        FileLost: the store does not have the file, or has one with another hash.
        FilesUnavailable: the store does not answer.
    """
    content = b"".join([chunk async for chunk in _chunks(files, key)])
    if sha256 is not None and hashlib.sha256(content).digest() != sha256:
        raise FileLost(reason="changed")
    return content


async def open_file(files: ObjectStore, key: str, *, sha256: bytes) -> IO[bytes]:
    """The file as an unnamed temporary one, at its beginning. All of it is there and checked before it is served.

    Otherwise we would notice damage when most of it has left, and a client who reads slowly would keep the
    connection to the store.

    Raises:
        FileLost: the store does not have the file, or has one with another hash.
        FilesUnavailable: the store does not answer.
    """
    digest = hashlib.sha256()
    file = TemporaryFile()  # noqa: SIM115  # the caller closes it
    try:
        async with aclosing(_chunks(files, key)) as chunks:
            async for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
        if digest.digest() != sha256:
            raise FileLost(reason="changed")
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def _chunks(files: ObjectStore, key: str) -> AsyncGenerator[bytes, None]:
    """The parts of a file. A large one may take longer."""
    async with ROOM.entered(key) as limit:
        found = await obstore.get_async(files, key)
        more_s = BEGIN_WITHIN_S + found.meta["size"] / BYTES_PER_S
        limit.reschedule(asyncio.get_running_loop().time() + more_s)
        async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)


async def delete_file(files: ObjectStore, key: str) -> None:
    """Remove a file. If the store does not have it, do nothing.

    Raises:
        FilesUnavailable: the store does not answer.
    """
    try:
        async with ROOM.entered(key):
            await obstore.delete_async(files, key)
    except FileLost:
        return


async def find_keys(files: ObjectStore, prefix: str) -> list[str]:
    """The keys that begin with `prefix/`, also of what a killed process has written to a folder only by half.

    Raises:
        FilesUnavailable: the store does not answer.
    """
    found: list[str] = []
    async with ROOM.entered(prefix) as limit:
        async for some in obstore.list(files, prefix):
            found += [one["path"] for one in some]
            limit.reschedule(asyncio.get_running_loop().time() + BEGIN_WITHIN_S)
        if isinstance(files, LocalStore):
            found += await _on_disk(_find_half_written, _place_in(files, ""), prefix)
    return found


def _find_half_written(root: Path, prefix: str) -> list[str]:
    found = (root / prefix).rglob("*#*")
    return [str(one.relative_to(root)) for one in found if HALF_WRITTEN.search(one.name)]


async def delete_files(files: ObjectStore, keys: Sequence[str]) -> None:
    """Remove files, as `find_keys` names them. Those that are not there are passed over.

    Raises:
        FilesUnavailable: the store does not answer.
    """
    whole = [key for key in keys if not HALF_WRITTEN.search(key)]
    for at in range(0, len(whole), DELETED_AT_ONCE):
        some = whole[at : at + DELETED_AT_ONCE]
        try:
            async with ROOM.entered(some[0], more_s=len(some) / DELETED_PER_S):
                await obstore.delete_async(files, some)
        except FileLost:  # one was not there, and the folder has left the others
            for key in some:
                await delete_file(files, key)
    if isinstance(files, LocalStore):
        for key in set(keys).difference(whole):
            await _on_disk(partial(_place_in(files, key).unlink, missing_ok=True))
