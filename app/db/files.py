"""Photos, signatures and PDFs: a local folder or S3, the same code on both (obstore).

Keys begin with the company id, `<company>/<kind>/<id>`. Content types, hashes and sizes are kept in
the database: the local store has no attributes. Never call these with a transaction open in
background work: the store may be slow or away.
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
"""For one whole request: 20 MB at 3 Mbit/s."""
RETRY_FOR = timedelta(seconds=10)


class FilesUnavailable(OSError):
    """The store does not answer or refuses us: trying again later makes sense."""


class FileLost(Exception):
    """The database says that a file is there and the store does not have it."""


def open_files(url: str) -> ObjectStore:
    """The store for FILES_URL: `file:///folder`, or `s3://bucket?endpoint=http://…&region=…` with the
    keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."""
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
    """`<company>/<kind>/<id>`: nothing a person wrote ever becomes part of a key."""
    return f"{company_id}/{kind}/{file_id}"


async def put_file(files: ObjectStore, key: str, content: bytes | IO[bytes]) -> None:
    """Write the whole file or nothing. Writing it again replaces it; a local file is synced to the disk.

    One request also to S3: an aborted multipart upload would leave invisible parts behind.

    Raises:
        FilesUnavailable: the store does not answer.
    """
    with _store_errors(key):
        await obstore.put_async(files, key, content, use_multipart=False)
    if isinstance(files, LocalStore):
        await asyncio.to_thread(_sync_to_disk, files, key)


def _sync_to_disk(files: LocalStore, key: str) -> None:
    """The phone deletes its copy once we say that we have the file: a power cut must not take ours."""
    path = Path(files.prefix or "/") / key
    for one in (path, path.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


async def read_file(files: ObjectStore, key: str) -> bytes:
    """The whole file in memory: for documents, not for photos.

    Raises:
        FileLost, FilesUnavailable: as `stream_file`.
    """
    with _store_errors(key):
        found = await obstore.get_async(files, key)
        return bytes(await found.bytes_async())


async def stream_file(files: ObjectStore, key: str) -> AsyncIterator[bytes]:
    """The file, opened before anything is answered, chunk by chunk.

    Raises:
        FileLost: it is not there although it should be.
        FilesUnavailable: the store does not answer.
    """
    with _store_errors(key):
        found = await obstore.get_async(files, key)
    return _chunks(found.stream(min_chunk_size=CHUNK_BYTES))


async def _chunks(stream: AsyncIterable[Any]) -> AsyncIterator[bytes]:  # Any: obstore's own buffer type
    async for chunk in stream:
        yield bytes(chunk)


async def delete_file(files: ObjectStore, key: str) -> None:
    """Remove a file; one that is not there is removed already.

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
