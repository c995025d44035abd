"""Photos, signatures and PDFs, in a local folder or in S3. obstore gives both the same interface.

Keys begin with the company id: `<company>/<kind>/<id>`. The database keeps content types, hashes and
sizes, because the local store has no attributes. Background work must not call these functions while
a transaction is open: the store may be slow or not answer at all.
"""

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, S3Store

CHUNK_BYTES = 256 * 1024
CONNECT_TIMEOUT = timedelta(seconds=3)
ANSWER_TIMEOUT = timedelta(seconds=60)
"""For one whole request. Long enough for 20 MB at 3 Mbit/s."""
RETRY_FOR = timedelta(seconds=10)


class FilesUnavailable(OSError):
    """The store does not answer or refuses us. It makes sense to try again later."""


class FileLost(Exception):
    """The database knows this file, but the store does not have it."""


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
    with _store_errors(key):
        await obstore.put_async(files, key, content, use_multipart=False)
    if isinstance(files, LocalStore):
        await asyncio.to_thread(_sync_to_disk, files, key)


def _sync_to_disk(files: LocalStore, key: str) -> None:
    """Survive a power cut: the phone deletes its copy when we answer that we have the file."""
    path = Path(files.prefix or "/") / key
    for one in (path, path.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


async def read_file(files: ObjectStore, key: str) -> bytes:
    """Read the whole file into memory. For documents; use `stream_file` for photos.

    Raises:
        FileLost: the store does not have the file.
        FilesUnavailable: the store does not answer.
    """
    with _store_errors(key):
        found = await obstore.get_async(files, key)
        return bytes(await found.bytes_async())


async def stream_file(files: ObjectStore, key: str) -> AsyncIterator[bytes]:
    """Open the file and return its chunks. Errors are raised here, before the response begins.

    Raises:
        FileLost: the store does not have the file.
        FilesUnavailable: the store does not answer.
    """
    with _store_errors(key):
        found = await obstore.get_async(files, key)
    return _chunks(found.stream(min_chunk_size=CHUNK_BYTES))


async def _chunks(stream: AsyncIterable[Any]) -> AsyncIterator[bytes]:  # Any: obstore's own buffer type
    async for chunk in stream:
        yield bytes(chunk)


async def delete_file(files: ObjectStore, key: str) -> None:
    """Remove a file. If the store does not have it, do nothing.

    Raises:
        FilesUnavailable: the store does not answer.
    """
    try:
        with _store_errors(key):
            await obstore.delete_async(files, key)
    except FileLost:
        return


@contextmanager
def _store_errors(key: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        raise FileLost(key) from error
    except BaseError as error:
        raise FilesUnavailable(f"{key}: {str(error).partition(chr(10))[0]}") from error
