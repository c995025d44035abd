"""A file arrives in chunks of any size, is stored when all of it is here, and can go on wherever it was cut off."""

import asyncio
import base64
import hashlib
import os
import random

import obstore
import pytest
from obstore.exceptions import GenericError
from sqlalchemy import func, select

from app.core.ids import uuid7
from app.db.files import open_files
from app.db.session import transaction
from app.field.uploads import policies
from app.field.uploads.models import Upload, UploadPart
from app.http.audit import AuditEvent
from tests.field.sending import (
    announced,
    chunk_sent,
    code_of,
    declare_photo,
    fetched,
    objects_of,
    offset_of,
    send,
    sent_in_chunks,
)
from tests.pictures import a_photo, a_signature
from tests.stories import accepted_visit, visit_in_progress

pytestmark = [pytest.mark.covers("M44", "P-rel-13")]


async def parts_in_database(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        counted = select(func.count()).select_from
        return [await session.scalar(counted(table)) for table in (Upload, UploadPart)]


@pytest.mark.parametrize("seed", range(3))
async def test_chunks_of_any_size_become_the_photo_byte_for_byte(cast, files, seed):
    visit = await visit_in_progress(cast)
    content = a_photo(size=(800, 600), quality=95)
    attachment = await declare_photo(visit, content)
    chances = random.Random(seed)

    offset = 0
    while offset < len(content):
        size = chances.choice([1, 2, 1_000, 65_536, 300_000])
        answer = await chunk_sent(cast.pavel, attachment, offset, content[offset : offset + size])
        offset = min(offset + size, len(content))
        assert answer.status_code == 200, answer.text
        assert (answer.json()["offset"], answer.headers["upload-offset"]) == (offset, str(offset))
        assert (answer.json()["attachment"]["stored_at"] is not None) == (offset == len(content))

    assert (await fetched(cast.olga, attachment)).content == content
    assert objects_of(files, cast) == [attachment["id"]]
    assert await parts_in_database(cast) == [0, 0]
    assert len(await announced(cast)) == 1


async def test_a_phone_asks_how_far_it_is_and_goes_on_there(cast, files):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    await chunk_sent(cast.pavel, attachment, 0, content[:700])

    asked = await cast.pavel.call("HEAD", f"/attachments/{attachment['id']}/upload")
    before, beyond = [await chunk_sent(cast.pavel, attachment, at, content[at:]) for at in (0, 701)]
    rest = await chunk_sent(cast.pavel, attachment, 700, content[700:])
    again = await chunk_sent(cast.pavel, attachment, 700, content[700:])
    after = await cast.pavel.call("HEAD", f"/attachments/{attachment['id']}/upload")

    assert (asked.headers["upload-offset"], asked.headers["upload-length"]) == ("700", str(len(content)))
    for wrong in (before, beyond):
        assert code_of(wrong) == (409, "upload_offset_wrong")
        assert (wrong.headers["upload-offset"], wrong.json()["params"]["upload_offset"]) == ("700", 700)
    assert rest.json()["attachment"]["stored_at"] is not None
    assert (again.status_code, again.json()) == (200, rest.json()), "a lost answer is told again"
    assert after.headers["upload-offset"] == str(len(content))
    assert (await fetched(cast.olga, attachment)).content == content


async def test_more_than_was_declared_is_refused_and_what_came_before_is_kept(cast, files):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    await chunk_sent(cast.pavel, attachment, 0, content[:500])

    announced_too_long = await chunk_sent(cast.pavel, attachment, 500, content[500:] + b"!")
    not_announced = await chunk_sent(cast.pavel, attachment, 500, in_turn(content[500:] + b"!"))
    kept = len(objects_of(files, cast))

    assert code_of(announced_too_long) == (413, "upload_too_long")
    assert code_of(not_announced) == (413, "upload_too_long")
    assert await offset_of(cast.pavel, attachment) == 500
    assert kept == 1
    assert (await chunk_sent(cast.pavel, attachment, 500, content[500:])).status_code == 200


async def in_turn(content):
    """Without a Content-Length."""
    yield content


async def test_a_chunk_whose_checksum_is_wrong_is_not_kept(cast, files):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    checksum = "sha256 " + base64.b64encode(hashlib.sha256(content[:900]).digest()).decode()
    damaged = content[:899] + bytes([content[899] ^ 1])

    refused = await chunk_sent(cast.pavel, attachment, 0, damaged, upload_checksum=checksum)
    left = objects_of(files, cast)
    malformed = await chunk_sent(cast.pavel, attachment, 0, content[:900], upload_checksum="md5 abc=")
    taken = await chunk_sent(cast.pavel, attachment, 0, content[:900], upload_checksum=checksum)

    assert code_of(refused) == (422, "chunk_mismatch")
    assert left == []
    assert code_of(malformed) == (400, "request_invalid")
    assert taken.json()["offset"] == 900


async def test_a_chunk_with_a_checksum_may_have_four_mebibytes(cast):
    visit = await visit_in_progress(cast)
    attachment = await declare_photo(visit, a_photo(), size=10_000_000)
    checksum = "sha256 " + base64.b64encode(bytes(32)).decode()

    answer = await chunk_sent(cast.pavel, attachment, 0, bytes(4_194_305), upload_checksum=checksum)

    assert code_of(answer) == (413, "checked_chunk_too_long")
    assert await offset_of(cast.pavel, attachment) == 0


async def test_a_large_chunk_is_stored_in_pieces(cast, files):
    visit = await visit_in_progress(cast)
    attachment = await declare_photo(visit, a_photo(), size=3_000_000)

    answer = await chunk_sent(cast.pavel, attachment, 0, os.urandom(2_500_000))

    assert answer.json()["offset"] == 2_500_000
    assert len(objects_of(files, cast)) == 3


@pytest.mark.parametrize("spoiled", [a_photo(), b"<html>" + bytes(5_000)])
async def test_other_bytes_than_declared_are_noticed_at_the_end_and_can_be_sent_anew(cast, files, spoiled):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    wrong = (spoiled * 10)[: len(content)]

    await chunk_sent(cast.pavel, attachment, 0, wrong[:600])
    refused = await chunk_sent(cast.pavel, attachment, 600, wrong[600:])
    left = objects_of(files, cast)
    begun = await offset_of(cast.pavel, attachment)
    await sent_in_chunks(cast.pavel, attachment, content, 10_000)

    assert code_of(refused) == (422, "upload_mismatch")
    assert (left, begun) == ([], 0)
    assert (await fetched(cast.olga, attachment)).content == content


async def test_what_is_no_image_is_refused_at_the_end_and_leaves_nothing(cast, files):
    visit = await visit_in_progress(cast)
    content = b"<html><script>alert(1)</script></html>"
    attachment = await declare_photo(visit, content)

    await chunk_sent(cast.pavel, attachment, 0, content[:7])
    refused = await chunk_sent(cast.pavel, attachment, 7, content[7:])

    assert code_of(refused) == (422, "upload_refused")
    assert refused.json()["params"]["reason"] == "not_an_image"
    assert objects_of(files, cast) == []
    assert await parts_in_database(cast) == [0, 0]


async def test_a_signature_comes_in_chunks_too(cast):
    visit = await visit_in_progress(cast)
    content = a_signature()
    attachment = await declare_photo(visit, content, purpose="signature")

    stored = await sent_in_chunks(cast.pavel, attachment, content, 1_000)

    assert stored["attachment"]["stored_at"] is not None


async def test_two_phones_that_send_the_same_file_at_once_are_both_told_the_truth(cast, files):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    half = len(content) // 2

    first = await asyncio.gather(*[chunk_sent(cast.pavel, attachment, 0, content[:half]) for _ in range(6)])
    parts = objects_of(files, cast)
    last = await asyncio.gather(*[chunk_sent(cast.pavel, attachment, half, content[half:]) for _ in range(6)])

    assert sorted(answer.status_code for answer in first) == [200, 409, 409, 409, 409, 409]
    assert {answer.headers["upload-offset"] for answer in first} == {str(half)}
    assert len(parts) == 1, "what a loser had stored is removed"
    assert {code_of(one) for one in last if one.status_code != 200} <= {(409, "upload_offset_wrong")}
    assert any(one.status_code == 200 for one in last)
    assert {one.headers["upload-offset"] for one in last} == {str(len(content))}
    assert (await fetched(cast.olga, attachment)).content == content
    assert objects_of(files, cast) == [attachment["id"]]
    assert len(await announced(cast)) == 1


async def test_a_file_sent_whole_and_in_chunks_at_once_is_one_file(cast, files):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    await chunk_sent(cast.pavel, attachment, 0, content[:100])

    whole, chunk = await asyncio.gather(
        send(cast.pavel, attachment, content), chunk_sent(cast.pavel, attachment, 100, content[100:])
    )

    assert (whole.status_code, chunk.status_code) == (200, 200)
    assert (await fetched(cast.olga, attachment)).content == content
    assert objects_of(files, cast) == [attachment["id"]]
    assert await parts_in_database(cast) == [0, 0]
    assert len(await announced(cast)) == 1


async def test_thousands_of_tiny_chunks_are_refused_and_the_whole_file_is_still_taken(cast, app, monkeypatch):
    monkeypatch.setattr(policies, "PARTS_MAX", 5)
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    for at in range(5):
        await chunk_sent(cast.pavel, attachment, at, content[at : at + 1])

    refused = await chunk_sent(cast.pavel, attachment, 5, content[5:6])
    whole = await send(cast.pavel, attachment, content)

    assert (code_of(refused), refused.json()["params"]["limit"]) == ((409, "too_many_parts"), 5)
    assert whole.status_code == 200
    assert objects_of(app.state.files, cast) == [attachment["id"]]


async def test_only_who_declared_it_sends_chunks(cast, other_cast, anonymous):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    url = f"/attachments/{attachment['id']}/upload"

    for stranger in (cast.nikolai, other_cast.pavel):
        assert (await chunk_sent(stranger, attachment, 0, content)).status_code == 404
        assert (await stranger.get(url)).status_code == 404
    assert (await chunk_sent(cast.olga, attachment, 0, content)).status_code == 404
    assert (await anonymous.patch(attachment["upload"]["chunks_url"], content=content)).status_code == 401
    assert (await cast.pavel.get(f"/attachments/{uuid7()}/upload")).status_code == 404
    assert await offset_of(cast.pavel, attachment) == 0


@pytest.mark.parametrize("offset", [None, "-1", "1.5", "x", ""])
async def test_a_chunk_says_where_it_begins(cast, offset):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    headers = {} if offset is None else {"upload_offset": offset}

    answer = await cast.pavel.call("PATCH", f"/attachments/{attachment['id']}/upload", content, **headers)

    assert code_of(answer) == (400, "request_invalid")


async def test_what_is_abandoned_goes_with_its_parts_within_a_day(cast, files, clock, background):
    visit = await visit_in_progress(cast)
    content = a_photo()
    abandoned, going_on = [await declare_photo(visit, content) for _ in range(2)]
    for one in (abandoned, going_on):
        await chunk_sent(cast.pavel, one, 0, content[:300])
    ghost = f"{cast.company_id}/part/{abandoned['id']}/{uuid7()}"
    await obstore.put_async(files, ghost, b"a process died before it could count this")
    background.context = at_store(background.context, files)

    clock.advance(hours=23, minutes=59)
    await chunk_sent(cast.pavel, going_on, 300, content[300:400])
    clock.advance(minutes=1)
    await background.run()

    late = await chunk_sent(cast.pavel, abandoned, 300, content[300:])
    assert late.status_code == 404
    assert len(objects_of(files, cast)) == 2
    assert await offset_of(cast.pavel, going_on) == 400, (
        "what still comes is not taken away from under a phone"
    )
    assert (await chunk_sent(cast.pavel, going_on, 400, content[400:])).status_code == 200


def at_store(context, files):
    return type(context)(
        sessions=context.sessions, settings=context.settings, clock=context.clock, files=files
    )


async def test_what_a_dead_process_left_unfinished_is_put_together(
    cast, files, clock, background, monkeypatch
):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    await chunk_sent(cast.pavel, attachment, 0, content[:300])
    await dying_at_the_end(cast, attachment, 300, content[300:], monkeypatch)
    background.context = at_store(background.context, files)

    await background.run()
    early = await fetched(cast.olga, attachment)
    clock.advance(minutes=2)
    await background.run()

    assert early.status_code == 404
    assert (await fetched(cast.olga, attachment)).content == content
    assert objects_of(files, cast) == [attachment["id"]]
    assert await parts_in_database(cast) == [0, 0]


async def dying_at_the_end(cast, attachment, offset, rest, monkeypatch):
    """All bytes are safe, and then the server is gone."""

    async def die(*_, **__):
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("app.field.uploads.service.put_together", die)
        answer = await chunk_sent(cast.pavel, attachment, offset, rest)
    assert answer.status_code == 500


async def test_an_empty_chunk_puts_together_what_is_all_here(cast, files, monkeypatch):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    await dying_at_the_end(cast, attachment, 0, content, monkeypatch)
    waiting = (await cast.pavel.get(f"/attachments/{attachment['id']}/upload")).json()

    answer = await chunk_sent(cast.pavel, attachment, len(content), b"")

    assert (waiting["offset"], waiting["attachment"]["stored_at"]) == (len(content), None)
    assert answer.json()["attachment"]["stored_at"] is not None
    assert objects_of(files, cast) == [attachment["id"]]


async def test_a_part_that_the_store_has_lost_lets_the_phone_begin_again(cast, files):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    await chunk_sent(cast.pavel, attachment, 0, content[:300])
    for one in obstore.list(files, prefix=f"{cast.company_id}/part").collect():
        await obstore.delete_async(files, one["path"])

    lost = await chunk_sent(cast.pavel, attachment, 300, content[300:])
    begun = await offset_of(cast.pavel, attachment)
    await sent_in_chunks(cast.pavel, attachment, content, 10_000)

    assert (code_of(lost), begun) == ((422, "upload_mismatch"), 0)
    assert (await fetched(cast.olga, attachment)).content == content


@pytest.mark.covers("P-rel-25")
async def test_a_full_disk_is_said_and_nothing_is_lost(cast, app, monkeypatch):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    await chunk_sent(cast.pavel, attachment, 0, content[:300])

    async def full(*_, **__):
        raise GenericError("Generic LocalFileSystem error: Unable to copy: No space left (os error 28)")

    with monkeypatch.context() as patched:
        patched.setattr(obstore, "put_async", full)
        chunk = await chunk_sent(cast.pavel, attachment, 300, content[300:])
        whole = await send(cast.pavel, attachment, content)
    kept = await offset_of(cast.pavel, attachment)
    again = await chunk_sent(cast.pavel, attachment, 300, content[300:])

    for answer in (chunk, whole):
        assert code_of(answer) == (507, "no_space")
        assert answer.headers["retry-after"] == "60"
    assert kept == 300
    assert again.json()["attachment"]["stored_at"] is not None
    assert objects_of(app.state.files, cast) == [attachment["id"]]


@pytest.mark.covers("P-rel-25")
async def test_while_the_store_is_away_what_came_is_kept(cast, app, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    await chunk_sent(cast.pavel, attachment, 0, content[:300])
    usual = app.state.files

    app.state.files = open_files("s3://brigada?endpoint=http://127.0.0.1:9")
    away = await chunk_sent(cast.pavel, attachment, 300, content[300:])
    app.state.files = usual
    kept = await offset_of(cast.pavel, attachment)
    back = await chunk_sent(cast.pavel, attachment, 300, content[300:])

    assert code_of(away) == (503, "unavailable")
    assert kept == 300
    assert back.json()["attachment"]["stored_at"] is not None


async def test_an_upload_in_chunks_is_in_the_audit_once(cast):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)

    await sent_in_chunks(cast.pavel, attachment, content, 5_000)

    async with transaction(cast.maker, cast.company_id) as session:
        query = select(AuditEvent.user_id, AuditEvent.subject).where(AuditEvent.action == "continueUpload")
        assert [tuple(row) for row in await session.execute(query)] == [
            (cast.pavel.id, {"attachment_id": attachment["id"]})
        ]


async def test_the_list_of_a_visit_says_what_is_still_to_come(cast):
    visit = await accepted_visit(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    await chunk_sent(cast.pavel, attachment, 0, content[:300])

    listed = (await cast.pavel.get(f"/visits/{visit.id}/attachments")).json()

    assert listed[0]["upload"]["chunks_url"].endswith(f"/attachments/{attachment['id']}/upload")
    assert listed[0]["upload"]["url"].endswith("/content")
