"""The file store behaves the same with a local folder and with S3, and one that hangs holds up few."""

import asyncio
import hashlib
import io
import time
from contextlib import asynccontextmanager

import pytest

from app.core.ids import uuid7
from app.db.files import (
    FileLost,
    FilesUnavailable,
    Room,
    delete_file,
    file_key,
    open_file,
    open_files,
    put_file,
    read_file,
)

COMPANY = uuid7()


@pytest.fixture(params=["folder", "s3"])
def files(request, tmp_path):
    if request.param == "s3":
        return request.getfixturevalue("s3")
    return open_files(f"file://{tmp_path}/photos")


@pytest.fixture
def key():
    return file_key(COMPANY, "photo", uuid7())


async def test_what_is_put_is_read_and_streamed(files, key):
    content = bytes(range(256)) * 4000

    await put_file(files, key, io.BytesIO(content))

    sha256 = hashlib.sha256(content).digest()
    assert await read_file(files, key) == content
    assert await read_file(files, key, sha256=sha256) == content
    with await open_file(files, key, sha256=sha256) as file:
        assert file.read() == content


async def test_putting_again_replaces(files, key):
    await put_file(files, key, b"first")
    await put_file(files, key, b"second")

    assert await read_file(files, key) == b"second"


async def test_deleting_twice_is_deleting_once(files, key):
    await put_file(files, key, b"gone soon")

    await delete_file(files, key)
    await delete_file(files, key)

    with pytest.raises(FileLost):
        await read_file(files, key)
    with pytest.raises(FileLost):
        await open_file(files, key, sha256=b"")


@pytest.mark.parametrize("harm", ["cut", "changed", "longer", "empty"])
async def test_other_bytes_than_were_stored_are_no_file(files, key, harm):
    content = bytes(range(256)) * 4000
    sha256 = hashlib.sha256(content).digest()
    harmed = {"cut": content[:-1], "changed": b"x" + content[1:], "longer": content + b"x", "empty": b""}[
        harm
    ]
    await put_file(files, key, harmed)

    for read in (read_file, open_file):
        with pytest.raises(FileLost) as lost:
            await read(files, key, sha256=sha256)
        assert lost.value.params == {"reason": "changed"}


async def test_a_folder_outside_cannot_be_reached(files):
    with pytest.raises(ValueError, match="illegal character sequence"):
        await put_file(files, "../outside", b"x")


async def test_a_store_that_does_not_answer_says_try_again(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    away = open_files("s3://brigada?endpoint=http://127.0.0.1:9")

    with pytest.raises(FilesUnavailable):
        await put_file(away, "a/b/c", b"x")
    with pytest.raises(FilesUnavailable):
        await delete_file(away, "a/b/c")


def test_keys_begin_with_the_company():
    assert file_key(COMPANY, "photo", "one") == f"{COMPANY}/photo/one"


HEAD = (
    b'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nETag: "1"\r\n'
    b"Last-Modified: Mon, 02 Mar 2026 09:00:00 GMT\r\n\r\n"
)


async def never(reader, writer):
    """Takes the connection and the request, and says nothing."""
    await asyncio.sleep(3600)


async def slowly(reader, writer):
    """Answers, and then sends a byte every now and then."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD)
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


@asynccontextmanager
async def a_store_that(behave, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    tasks = []

    async def remembered(reader, writer):
        tasks.append(asyncio.current_task())
        try:
            await behave(reader, writer)
        except (OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(remembered, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield open_files(f"s3://brigada?endpoint=http://127.0.0.1:{port}")
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks)


@pytest.fixture
def room(monkeypatch):
    """A room of its own, whose times are short."""
    monkeypatch.setattr("app.db.files.BEGIN_WITHIN_S", 0.4)
    monkeypatch.setattr("app.db.files.WAIT_FOR_ROOM_S", 0.2)
    monkeypatch.setattr("app.db.files.CLOSED_FOR_S", 0.5)
    monkeypatch.setattr("app.db.files.ROOM", Room())


CALLS = {
    "read": lambda files: read_file(files, "a/b/c"),
    "open": lambda files: open_file(files, "a/b/c", sha256=b""),
    "put": lambda files: put_file(files, "a/b/c", b"x"),
    "put a file": lambda files: put_file(files, "a/b/c", io.BytesIO(b"x" * 100_000)),
    "delete": lambda files: delete_file(files, "a/b/c"),
}


@pytest.mark.covers("P-rel-25")
@pytest.mark.parametrize("call", CALLS)
async def test_a_store_that_hangs_is_given_up(monkeypatch, call):
    monkeypatch.setattr("app.db.files.ROOM", Room())
    monkeypatch.setattr("app.db.files.BEGIN_WITHIN_S", 0.4)
    async with a_store_that(never, monkeypatch) as files:
        started = time.monotonic()
        with pytest.raises(FilesUnavailable):
            await CALLS[call](files)

    assert time.monotonic() - started < 3


@pytest.mark.covers("P-rel-25")
@pytest.mark.parametrize("call", ["read", "open"])
async def test_a_store_that_trickles_is_given_up(monkeypatch, room, call):
    async with a_store_that(slowly, monkeypatch) as files:
        started = time.monotonic()
        with pytest.raises(FilesUnavailable):
            await CALLS[call](files)

    assert time.monotonic() - started < 4


@pytest.mark.covers("P-rel-25")
async def test_however_many_ask_a_store_that_hangs_all_are_told_in_time(monkeypatch, room, tmp_path):
    async with a_store_that(never, monkeypatch) as files:
        started = time.monotonic()
        answers = await asyncio.gather(*[CALLS["read"](files) for _ in range(60)], return_exceptions=True)
        took = time.monotonic() - started
        at_once = time.monotonic()
        with pytest.raises(FilesUnavailable):
            await CALLS["read"](files)
        refused_in = time.monotonic() - at_once

    assert {type(answer) for answer in answers} == {FilesUnavailable}
    assert took < 3
    assert refused_in < 0.2  # it has been silent several times in a row: nobody waits for it any more
    await asyncio.sleep(0.6)
    good = open_files(f"file://{tmp_path}/photos")
    await put_file(good, "a/b/c", b"x")
    assert await read_file(good, "a/b/c") == b"x"
