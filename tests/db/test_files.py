"""The file store behaves the same with a local folder and with S3."""

import io

import pytest

from app.core.ids import uuid7
from app.db.files import (
    FileLost,
    FilesUnavailable,
    delete_file,
    file_key,
    open_files,
    put_file,
    read_file,
    stream_file,
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

    assert await read_file(files, key) == content
    assert b"".join([chunk async for chunk in await stream_file(files, key)]) == content


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
        await stream_file(files, key)


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
