"""Photos and signatures are declared, sent and checked, and never change again."""

import asyncio
import hashlib
import io
from contextlib import nullcontext
from datetime import datetime, timedelta
from urllib.parse import unquote
from uuid import UUID

import obstore
import pytest
import uvicorn
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.core.ids import uuid7
from app.db.files import open_files
from app.db.session import transaction
from app.field.attachments.models import Attachment
from app.field.attachments.service import AttachmentNotFound, find_named
from app.field.uploads.jobs import abandon_expired_uploads, remove_upload
from app.http.audit import AuditEvent
from app.identity.companies.models import Company
from tests.cast import API, NOON
from tests.field.sending import (
    announced,
    code_of,
    declare,
    declare_photo,
    fetched,
    objects_of,
    send,
    stored_photo,
)
from tests.pictures import a_photo, a_signature, declared, png_of, seen_at
from tests.stories import accepted_visit, booked_visit, visit_in_progress
from tests.tracking.conftest import consent

pytestmark = [pytest.mark.covers("M4", "M7", "P-rel-13")]


async def test_a_photo_arrives_byte_for_byte(cast, files):
    visit = await visit_in_progress(cast)
    content = a_photo(size=(1600, 1200), quality=95)

    attachment = await declare_photo(visit, content, caption="Откос слева")
    answer = await send(cast.pavel, attachment, content)
    shown = await fetched(cast.olga, attachment)

    stored = answer.json()
    assert answer.status_code == 200
    assert (stored["upload"], stored["caption"]) == (None, "Откос слева")
    assert (stored["width_px"], stored["height_px"]) == (1600, 1200)
    assert shown.content == content
    assert objects_of(files, cast) == [attachment["id"]]
    assert await announced(cast) == [
        {"attachment_id": attachment["id"], "job_id": visit.job_id, "purpose": "photo"}
    ]


@pytest.mark.parametrize("purpose", ["measurement", "sketch", "chat"])
async def test_photos_of_the_tape_sketches_and_photos_of_the_chat_are_no_proofs(cast, purpose):
    visit = await visit_in_progress(cast)
    await insert_attachments(cast, visit, 60, "photo")

    stored = await stored_photo(visit, purpose=purpose)
    await insert_attachments(cast, visit, 199, purpose)
    one_more = await declare(visit, a_photo(), purpose=purpose)

    assert stored["purpose"] == purpose
    assert (await fetched(cast.olga, stored)).status_code == 200
    assert (code_of(one_more), one_more.json()["params"]) == ((409, "too_many_attachments"), {"limit": 200})


async def test_the_phone_can_name_a_file_before_there_is_a_network(cast):
    visit = await visit_in_progress(cast)
    content, named = a_photo(), str(uuid7())

    first = await declare_photo(visit, content, attachment_id=named)
    second = await declare_photo(visit, content, attachment_id=named)
    other = await declare(visit, a_photo(), attachment_id=named)

    assert first["id"] == named
    assert first == second
    assert code_of(other) == (409, "attachment_id_taken")
    assert len((await cast.pavel.get(f"/visits/{visit.id}/attachments")).json()) == 1


async def test_an_id_of_another_visit_or_worker_is_taken(cast):
    visit, other = await visit_in_progress(cast), await accepted_visit(cast, worker=cast.nikolai)
    content = a_photo()
    first = await declare_photo(visit, content)

    answer = await declare(other, content, attachment_id=first["id"])

    assert code_of(answer) == (409, "attachment_id_taken")


@pytest.mark.covers("P-rel-13")
@pytest.mark.parametrize(
    "change", ["job_id = visit_id", "visit_id = job_id", "sha256 = 'x'", "purpose = 'photo_act'"]
)
async def test_a_proof_stays_with_its_job_and_keeps_its_bytes_whoever_writes(cast, change):
    visit = await visit_in_progress(cast)
    await stored_photo(visit)

    with pytest.raises(IntegrityError, match="set once"):
        async with transaction(cast.maker, cast.company_id) as session:
            await session.execute(text(f"UPDATE attachment SET {change}"))


async def test_a_command_names_only_files_of_its_job(cast):
    visit, other = await visit_in_progress(cast), await accepted_visit(cast, worker=cast.nikolai)
    mine, sketch = await stored_photo(visit), await declare_photo(visit, a_photo(), purpose="sketch")
    foreign = await declare_photo(other, a_photo())

    async def named(*attachments):
        async with transaction(cast.maker, cast.company_id) as session:
            ids = [UUID(one["id"]) for one in attachments]
            found = await find_named(
                session, cast.pavel.scope, ids, job_id=UUID(visit.job_id), purposes=["photo"]
            )
            return [str(one.id) for one in found]

    assert await named(mine) == [mine["id"]]
    for refused in (sketch, foreign):
        with pytest.raises(AttachmentNotFound):
            await named(mine, refused)


async def test_what_is_declared_says_where_to_send_it_and_until_when(cast, clock):
    visit = await visit_in_progress(cast)

    attachment = await declare_photo(visit, a_photo())

    until = datetime.fromisoformat(attachment["upload"]["expires_at"])
    assert attachment["upload"]["method"] == "PUT"
    assert attachment["upload"]["url"] == f"{API}/attachments/{attachment['id']}/content"
    assert until == clock.now() + timedelta(hours=24)
    assert attachment["stored_at"] is None


async def test_the_same_bytes_again_change_nothing(cast, files, clock):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    first = await send(cast.pavel, attachment, content)
    clock.advance(minutes=5)

    second = await send(cast.pavel, attachment, content)
    other = await send(cast.pavel, attachment, a_photo())

    assert (second.status_code, second.json()) == (200, first.json())
    assert code_of(other) == (422, "upload_mismatch")
    assert (await fetched(cast.pavel, attachment)).content == content
    assert len(await announced(cast)) == 1


async def test_the_same_bytes_sent_many_times_at_once_are_one_photo(cast, files):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)

    answers = await asyncio.gather(*[send(cast.pavel, attachment, content) for _ in range(8)])

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(await announced(cast)) == 1
    assert objects_of(files, cast) == [attachment["id"]]


@pytest.mark.parametrize("spoil", ["cut", "longer", "flipped", "empty"])
async def test_other_bytes_than_declared_leave_nothing(cast, files, spoil):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    spoiled = {
        "cut": content[: len(content) // 2],
        "longer": content + b"\0",
        "flipped": content[:-10] + bytes([content[-10] ^ 1]) + content[-9:],
        "empty": b"",
    }[spoil]

    answer = await send(cast.pavel, attachment, spoiled)
    listed = (await cast.pavel.get(f"/visits/{visit.id}/attachments")).json()

    assert code_of(answer) == (422, "upload_mismatch")
    assert objects_of(files, cast) == []
    assert listed[0]["stored_at"] is None
    assert (await fetched(cast.pavel, attachment)).status_code == 404
    assert (await send(cast.pavel, attachment, content)).status_code == 200


def appended(content, what):
    return content + what


def with_flipped_bit(content, at=40):
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def a_bomb(side):
    """A few kilobytes that unpack to `side` squared pixels."""
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    return out.getvalue()


ZIP = b"PK\x05\x06" + b"\0" * 18

REFUSED = {
    "html called jpeg": (b"<html><script>alert(1)</script></html>", "image/jpeg", "not_an_image"),
    "svg called png": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/png", "not_an_image"),
    "gif called jpeg": (a_photo("GIF"), "image/jpeg", "not_an_image"),
    "png called jpeg": (a_photo("PNG"), "image/jpeg", "image_of_another_type"),
    "jpeg called webp": (a_photo(), "image/webp", "image_of_another_type"),
    "one byte": (b"\xff", "image/jpeg", "not_an_image"),
    "jpeg magic only": (b"\xff\xd8\xff", "image/jpeg", "image_truncated"),
    "garbage in a jpeg": (b"\xff\xd8\xff\xe0\x00\x10" + b"?" * 100, "image/jpeg", "not_an_image"),
    "cut jpeg": (a_photo()[:-200], "image/jpeg", "image_truncated"),
    "cut png": (a_photo("PNG")[:-20], "image/png", "image_truncated"),
    "cut webp": (a_photo("WEBP")[:-20], "image/webp", "image_truncated"),
    "jpeg and zip": (appended(a_photo(), ZIP), "image/jpeg", "image_has_more"),
    "jpeg and html": (appended(a_photo(), b"<script>alert(1)</script>"), "image/jpeg", "image_has_more"),
    "jpeg, zeros, php": (appended(a_photo(), b"\0" * 64 + b"<?php ?>"), "image/jpeg", "image_has_more"),
    "jpeg and half a jpeg": (appended(a_photo(), a_photo()[:-200]), "image/jpeg", "image_has_more"),
    "jpeg and anything": (appended(a_photo(), b"\x01noise"), "image/jpeg", "image_has_more"),
    "png and zip": (appended(a_photo("PNG"), ZIP), "image/png", "image_has_more"),
    "png and zeros": (appended(a_photo("PNG"), b"\0\0"), "image/png", "image_has_more"),
    "webp and zip": (appended(a_photo("WEBP"), ZIP), "image/webp", "image_has_more"),
    "png with a flipped bit": (with_flipped_bit(a_photo("PNG")), "image/png", "not_an_image"),
    "144 million pixels": (a_bomb(12_000), "image/png", "image_too_many_pixels"),
    "50 million and some": (a_bomb(7072), "image/png", "image_too_many_pixels"),
}


@pytest.mark.covers("P-rel-14")
@pytest.mark.parametrize(("side", "status"), [(2_800, 200), (2_900, 422)])
async def test_a_signature_is_no_larger_than_paper_can_be_printed_with(cast, side, status):
    visit = await visit_in_progress(cast)
    content = a_signature(size=(side, side), mode="L", ground=255, ink=0, width=40)
    attachment = await declare_photo(visit, content, purpose="signature")

    answer = await send(cast.pavel, attachment, content)

    assert answer.status_code == status
    assert status == 200 or answer.json()["params"] == {
        "reason": "signature_too_many_pixels",
        "pixels_max": 8_000_000,
    }


@pytest.mark.covers("P-rel-14")
@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_no_whole_image_of_its_kind_is_refused_and_leaves_nothing(cast, app, name):
    content, content_type, reason = REFUSED[name]
    visit = await visit_in_progress(cast)
    attachment = await declare_photo(visit, content, content_type=content_type)

    answer = await send(cast.pavel, attachment, content)

    assert code_of(answer) == (422, "upload_refused")
    assert answer.json()["params"]["reason"] == reason
    assert objects_of(app.state.files, cast) == []


def samsung_trailer(block=b"\x00\x00\x01\x0aImage_UTC_Data1772442000000"):
    entry = b"\x00\x00\x01\x0a" + len(block).to_bytes(4, "little") + len(block).to_bytes(4, "little")
    directory = b"SEFH" + (107).to_bytes(4, "little") + (1).to_bytes(4, "little") + entry
    return block + directory + len(directory).to_bytes(4, "little") + b"SEFT"


FILM = b"\0\0\0\x10ftypmp42\0\0\0\0" + b"\0\0\0\x0cmdat1234"


def as_large_as(width, height):
    """A photo whose header names this size. Nobody here looks at its pixels."""
    photo = a_photo(size=(64, 48))
    at = photo.index(b"\xff\xc0") + 5
    return photo[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + photo[at + 4 :]


TAKEN = {
    "webp": a_photo("WEBP"),
    "lossless webp": a_photo("WEBP", lossless=True),
    "webp with exif": a_photo("WEBP", taken="2026:03:02 11:58:00"),
    "png": a_photo("PNG"),
    "progressive jpeg": a_photo(progressive=True),
    "jpeg with restarts": a_photo(restart_marker_blocks=4),
    "jpeg and zeros": appended(a_photo(), b"\0" * 100),
    "jpeg with a depth map": appended(a_photo(), a_photo(size=(64, 48))),
    "motion photo": appended(a_photo(), FILM),
    "Samsung photo": appended(a_photo(), samsung_trailer()),
}
LARGE = {
    "49 million pixels": (a_bomb(7000), 200),
    "64 megapixels": (as_large_as(9248, 6936), 200),
    "108 megapixels": (as_large_as(12032, 9024), 200),
    "200 megapixels": (as_large_as(16320, 12240), 422),
}


@pytest.mark.covers("P-rel-14")
@pytest.mark.parametrize("name", LARGE)
async def test_photos_of_todays_phones_are_taken_or_told_the_limit(cast, name):
    content, status = LARGE[name]
    visit = await visit_in_progress(cast)
    attachment = await declare_photo(visit, content)

    answer = await send(cast.pavel, attachment, content)

    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json()["params"] == {"reason": "image_too_many_pixels", "pixels_max": 110_000_000}
        assert "110" in answer.json()["detail"]


@pytest.mark.covers("P-rel-14")
@pytest.mark.parametrize("name", TAKEN)
async def test_what_phones_really_send_is_taken(cast, name):
    content = TAKEN[name]
    content_type = "image/webp" if content.startswith(b"RIFF") else declared(content)["content_type"]
    visit = await visit_in_progress(cast)

    stored = await stored_photo(visit, content, content_type=content_type)

    shown = await fetched(cast.pavel, stored)
    with Image.open(io.BytesIO(shown.content)) as seen, Image.open(io.BytesIO(content)) as sent:
        assert (seen.size, seen.tobytes()) == (sent.size, sent.tobytes())
    assert shown.headers["content-type"] == content_type


@pytest.mark.covers("P-rel-14")
@pytest.mark.parametrize(
    "trailer",
    [
        samsung_trailer() + b"!",
        b"!" + samsung_trailer(),
        samsung_trailer()[:-12] + b"\xff\xff\xff\xff" + b"SEFT",
        samsung_trailer(b"\x00\x00\x01\x0aPK\x05\x06" + b"\0" * 18),
        FILM + b"rest",
        FILM[:-1],
        b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x02mdat",
    ],
)
async def test_a_trailer_that_only_looks_like_a_phones_is_refused(cast, trailer):
    content = appended(a_photo(), trailer)
    visit = await visit_in_progress(cast)
    attachment = await declare_photo(visit, content)

    answer = await send(cast.pavel, attachment, content)

    assert answer.json()["params"]["reason"] == "image_has_more"


@pytest.mark.parametrize(
    ("exif", "expected"),
    [
        ({"taken": "2026:03:02 11:58:00", "offset": "+05:00"}, "2026-03-02T06:58:00Z"),
        ({"taken": "2026:03:02 11:58:00"}, "2026-03-02T08:58:00Z"),
        ({"taken": "2026:03:02 11:58:00", "offset": "nonsense"}, "2026-03-02T08:58:00Z"),
        ({"taken": "0000:00:00 00:00:00"}, None),
        ({}, None),
    ],
)
async def test_when_a_photo_was_taken_is_read_from_the_camera(cast, exif, expected):
    visit = await visit_in_progress(cast)

    stored = await stored_photo(visit, a_photo(**exif))

    assert stored["taken_at"] == expected


@pytest.mark.covers("M44")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
async def test_the_office_sees_when_and_where_a_photo_was_taken_and_how_far_that_is(cast, kind):
    await consent(cast.pavel)
    visit = await visit_in_progress(cast)
    content = a_photo(kind, exif=seen_at(55.7, 37.6, taken="2026:03:02 11:58:00"))
    stored = await stored_photo(visit, content, captured_at=NOON.isoformat(), sent_at=NOON.isoformat())

    answer = await cast.olga.get(f"/visits/{visit.id}/camera-evidence")

    (seen,) = answer.json()["items"]
    assert seen["attachment_id"] == stored["id"]
    assert (seen["taken_at"], seen["has_taken_zone"]) == ("2026-03-02T08:58:00Z", True)
    assert (seen["said_at"], seen["seconds_before"]) == ("2026-03-02T09:00:00Z", 120)
    assert (round(seen["point"]["lat"], 4), round(seen["point"]["lon"], 4)) == (55.7, 37.6)
    assert (seen["altitude_m"], seen["camera_make"], seen["camera_model"]) == (155.0, "Apple", "iPhone 13")
    assert 1_000 < seen["distance_m"] < 50_000


async def test_a_photo_that_tells_nothing_and_a_camera_that_lies_are_shown_as_they_are(cast):
    visit = await visit_in_progress(cast)
    odd = seen_at(0, 0, taken="0000:00:00 00:00:00")
    odd.get_ifd(0x8825)[6] = 99_999.0
    odd[0x0110] = "x" * 300
    for content in (
        a_photo(),
        a_photo(exif=odd),
        a_photo(exif=seen_at(55.7, 37.6, taken="2036:03:02 11:58:00")),
    ):
        await stored_photo(visit, content)

    items = (await cast.olga.get(f"/visits/{visit.id}/camera-evidence")).json()["items"]

    silent, impossible, ahead = items
    assert {silent[name] for name in ("taken_at", "point", "distance_m", "camera_make")} == {None}
    assert {impossible[name] for name in ("taken_at", "point", "altitude_m", "has_taken_zone")} == {None}
    assert len(impossible["camera_model"]) == 100
    assert ahead["seconds_before"] < -300_000_000


async def test_only_the_office_reads_what_cameras_wrote(cast, other_cast):
    visit = await visit_in_progress(cast)
    path = f"/visits/{visit.id}/camera-evidence"

    assert (await cast.pavel.get(path)).status_code == 403
    assert (await other_cast.olga.get(path)).status_code == 404
    assert (await cast.galina.get(path)).json() == {"items": []}


async def test_a_camera_without_a_zone_is_in_the_companys(cast):
    async with transaction(cast.maker, cast.company_id) as session:
        (await session.get_one(Company, cast.company_id)).timezone = "Asia/Vladivostok"
    visit = await visit_in_progress(cast)

    stored = await stored_photo(visit, a_photo(taken="2026:03:02 19:58:00"))

    assert stored["taken_at"] == "2026-03-02T09:58:00Z"


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"content_type": "image/avif"}, "content_type", "content_type_not_taken"),
        ({"content_type": "application/pdf"}, "content_type", "content_type_not_taken"),
        ({"size": 40_000_001}, "size", "file_too_large"),
        (
            {"purpose": "signature", "content_type": "image/jpeg"},
            "content_type",
            "content_type_not_taken",
        ),
        (
            {"purpose": "signature", "content_type": "image/png", "size": 300_001},
            "size",
            "file_too_large",
        ),
    ],
)
async def test_what_is_not_taken_is_said_before_it_is_sent(cast, change, path, code):
    visit = await visit_in_progress(cast)

    answer = await declare(visit, a_photo(), **change)

    assert code_of(answer) == (422, "attachment_refused")
    assert [(error["path"], error["code"]) for error in answer.json()["errors"]] == [(path, code)]


@pytest.mark.parametrize(
    "change", [{"purpose": "selfie"}, {"size": 0}, {"sha256": "abc"}, {"sha256": "z" * 64}, {"name": "../x"}]
)
async def test_a_malformed_declaration_is_refused(cast, change):
    visit = await visit_in_progress(cast)

    assert (await declare(visit, a_photo(), **change)).status_code == 400


async def test_a_body_beyond_forty_megabytes_is_not_read(cast):
    visit = await visit_in_progress(cast)
    attachment = await declare_photo(visit, a_photo())

    answer = await send(cast.pavel, attachment, b"\0" * 40_000_001)

    assert code_of(answer) == (413, "too_large")


@pytest.mark.covers("M7")
async def test_a_picture_without_a_drawing_is_refused_as_a_signature_and_taken_as_a_photo(cast):
    visit = await visit_in_progress(cast)
    content = png_of(Image.new("RGBA", (600, 200)))
    as_signature = await declare_photo(visit, content, purpose="signature")
    as_photo = await declare_photo(visit, content)

    answer = await send(cast.pavel, as_signature, content)

    assert (answer.status_code, answer.json()["code"]) == (422, "upload_refused")
    assert answer.json()["params"]["reason"] == "signature_blank"
    assert (await send(cast.pavel, as_photo, content)).status_code == 200


async def test_a_signature_is_a_small_png(cast):
    visit = await visit_in_progress(cast)

    stored = await stored_photo(visit, a_signature(), purpose="signature")

    assert (stored["purpose"], stored["content_type"]) == ("signature", "image/png")


async def insert_attachments(cast, visit, count, purpose):
    """Declared long ago, by whomever."""
    async with transaction(cast.maker, cast.company_id) as session:
        session.add_all(
            Attachment(
                company_id=cast.company_id,
                job_id=visit.job_id,
                visit_id=visit.id,
                purpose=purpose,
                content_type="image/png",
                size=1,
                sha256=b"",
                author_id=visit.worker.id,
                stored_at=NOON,
            )
            for _ in range(count)
        )


async def test_a_job_has_at_most_forty_photos_also_when_they_come_at_once(cast):
    visit = await visit_in_progress(cast)
    await insert_attachments(cast, visit, 38, "photo")

    answers = await asyncio.gather(*[declare(visit, a_photo()) for _ in range(6)])
    signature = await declare(visit, a_signature(), purpose="signature")

    statuses = [answer.status_code for answer in answers]
    refusal = next(answer for answer in answers if answer.status_code != 201)
    assert (statuses.count(201), statuses.count(409)) == (2, 4)
    assert (refusal.json()["code"], refusal.json()["params"]) == ("too_many_attachments", {"limit": 40})
    assert signature.status_code == 201
    limits = (await visit.worker.get("/field/sync")).json()["photo_limits"]
    assert limits == {"photos_per_job": 40, "proofs_per_visit": 60, "others_per_job": 200}, "the phone knows"


@pytest.mark.covers("M44")
async def test_a_company_sends_only_so_much_in_a_day(cast, clock):
    visit = await visit_in_progress(cast)
    for _ in range(51):
        assert (await declare(visit, a_photo(), size=40_000_000, purpose="chat")).status_code == 201

    refused = await declare(visit, a_photo(), size=40_000_000)
    smaller = await declare(visit, a_photo(), size=8_000_000)
    clock.advance(hours=24, seconds=1)
    next_day = await declare(visit, a_photo(), size=40_000_000)

    assert code_of(refused) == (429, "upload_quota_exceeded")
    assert (refused.json()["params"]["limit_mb"], refused.headers["retry-after"]) == (2048, "3600")
    assert (smaller.status_code, next_day.status_code) == (201, 201)


async def test_a_visit_has_at_most_sixty_files(cast):
    visit = await visit_in_progress(cast)
    await insert_attachments(cast, visit, 60, "signature")

    answer = await declare(visit, a_photo())

    assert (code_of(answer), answer.json()["params"]) == ((409, "too_many_attachments"), {"limit": 60})


async def test_photos_belong_to_a_visit_that_was_accepted(cast):
    offered = await booked_visit(cast)
    accepted = await accepted_visit(cast, worker=cast.nikolai)
    over = await visit_in_progress(cast, kind="installation")
    await over.done("complete", partially=True, comment="Осталась одна створка")

    assert code_of(await declare(offered, a_photo())) == (409, "visit_not_held")
    assert (await declare(accepted, a_photo())).status_code == 201
    assert (await declare(over, a_photo())).status_code == 201


async def test_the_same_key_declares_once(cast):
    visit = await visit_in_progress(cast)
    body = declared(a_photo())
    path = f"/field/visits/{visit.id}/attachments"

    answers = [await cast.pavel.post(path, body, idempotency_key="a-1") for _ in range(3)]

    assert len({answer.content for answer in answers}) == 1
    assert len((await cast.pavel.get(f"/visits/{visit.id}/attachments")).json()) == 1


@pytest.mark.covers("M36")
async def test_only_those_who_may_see_the_job_see_its_photos(cast, other_cast):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit)
    listing = f"/visits/{visit.id}/attachments"

    for colleague in (cast.olga, cast.galina, cast.pavel):
        assert (await fetched(colleague, stored)).status_code == 200
        assert len((await colleague.get(listing)).json()) == 1
    for stranger in (cast.nikolai, other_cast.olga, other_cast.pavel):
        assert (await fetched(stranger, stored)).status_code == 404
        assert (await stranger.get(listing)).status_code == 404
    assert (await cast.olga.get(f"/attachments/{uuid7()}/content")).status_code == 404


async def test_a_crew_sees_what_its_members_sent(cast):
    visit = await visit_in_progress(cast, kind="installation")
    stored = await stored_photo(visit)

    assert (await fetched(cast.timur, stored)).status_code == 200


async def test_only_who_declared_a_photo_sends_it(cast, other_cast, anonymous):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)

    assert (await send(cast.nikolai, attachment, content)).status_code == 404
    assert (await send(other_cast.pavel, attachment, content)).status_code == 404
    assert (await send(cast.olga, attachment, content)).status_code == 404
    assert (await anonymous.put(attachment["upload"]["url"], content=content)).status_code == 401
    assert (await declare(visit, content)).status_code == 201
    body = declared(content)
    assert (await cast.nikolai.post(f"/field/visits/{visit.id}/attachments", body)).status_code == 404
    assert (await cast.olga.post(f"/field/visits/{visit.id}/attachments", body)).status_code == 403


@pytest.mark.covers("P-rel-14")
async def test_a_photo_is_served_as_an_image_and_nothing_else(cast, files):
    visit = await visit_in_progress(cast)
    content = a_photo()
    stored = await stored_photo(visit, content, purpose="photo_act", caption='"; rm -rf / <script>')

    shown = await fetched(cast.pavel, stored)

    headers = shown.headers
    disposition = headers["content-disposition"]
    assert headers["content-type"] == "image/jpeg"
    assert headers["content-length"] == str(len(content))
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["cache-control"] == "private, max-age=86400, immutable"
    assert headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}-1"'
    assert disposition.startswith('inline; filename="job-')
    assert "фото акта.jpg" in unquote(disposition.partition("filename*=UTF-8''")[2])
    assert "script" not in disposition


async def test_a_copy_that_is_still_right_is_not_sent_again(cast):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit)
    etag = (await fetched(cast.olga, stored)).headers["etag"]

    again = await fetched(cast.olga, stored, if_none_match=etag)
    other = await fetched(cast.olga, stored, if_none_match='"other"')

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert other.status_code == 200


async def test_an_upload_is_in_the_audit_once(cast):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit)

    async with transaction(cast.maker, cast.company_id) as session:
        query = select(AuditEvent.user_id, AuditEvent.subject).where(AuditEvent.action == "uploadAttachment")
        assert [tuple(row) for row in await session.execute(query)] == [
            (cast.pavel.id, {"attachment_id": stored["id"]})
        ]


async def test_an_upload_that_never_came_is_removed_after_a_day(cast, files, clock, background):
    visit = await visit_in_progress(cast)
    content = a_photo()
    stored = await stored_photo(visit)
    awaited = await declare_photo(visit, content)
    ghost = f"{cast.company_id}/attachment/{awaited['id']}"
    await obstore.put_async(files, ghost, content)  # the server died before it could say so
    background.context = background.context.__class__(
        **{name: getattr(background.context, name) for name in ("sessions", "settings", "clock")}, files=files
    )

    clock.advance(hours=23, minutes=59)
    await background.run()
    still_there = sorted(objects_of(files, cast))
    clock.advance(minutes=1)
    await background.run()

    listed = (await cast.pavel.get(f"/visits/{visit.id}/attachments")).json()
    assert still_there == sorted([stored["id"], awaited["id"]])
    assert [one["id"] for one in listed] == [stored["id"]]
    assert objects_of(files, cast) == [stored["id"]]
    assert (await send(cast.pavel, awaited, content)).status_code == 404


async def test_a_phone_that_comes_too_late_is_told_so(cast, clock, app):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)

    clock.advance(hours=24)
    answer = await send(cast.pavel, attachment, content)

    assert code_of(answer) == (409, "upload_expired")
    assert objects_of(app.state.files, cast) == []


class QueuedJobs(list):
    """Remembers what was queued."""

    async def __call__(self, *what):
        self.append(what)


async def test_two_sweeps_at_once_abandon_each_upload_once(cast, clock):
    visit = await visit_in_progress(cast)
    for _ in range(6):
        await declare_photo(visit, a_photo())
    queued = QueuedJobs()

    async def sweep():
        async with transaction(cast.maker, cast.company_id) as session:
            now = clock.now() + timedelta(days=2)
            return await abandon_expired_uploads(session, cast.company_id, now, queued)

    counts = await asyncio.gather(*[sweep() for _ in range(4)])

    assert sum(counts) == len(set(queued)) == len(queued) == 6


async def test_an_abandoned_upload_whose_removal_was_lost_is_queued_again(cast, clock):
    visit = await visit_in_progress(cast)
    attachment = await declare_photo(visit, a_photo())
    queued = QueuedJobs()

    for minutes in (0, 4, 5):
        async with transaction(cast.maker, cast.company_id) as session:
            now = clock.now() + timedelta(hours=24, minutes=minutes)
            await abandon_expired_uploads(session, cast.company_id, now, queued)

    assert [str(one[2]) for one in queued] == [attachment["id"]] * 2


async def test_removing_is_safe_twice_and_leaves_stored_photos_alone(cast, background):
    visit = await visit_in_progress(cast)
    content = a_photo()
    stored = await stored_photo(visit, content)

    await remove_upload(background.context, cast.company_id, stored["id"])
    await remove_upload(background.context, cast.company_id, uuid7())

    assert (await fetched(cast.pavel, stored)).content == content


async def test_an_upload_swept_away_while_it_was_being_stored_leaves_no_object(cast, app, monkeypatch):
    """The store took longer than its lease."""
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    put_file = obstore.put_async

    async def slow_put(*args, **options):
        await put_file(*args, **options)
        async with transaction(cast.maker, cast.company_id) as session:
            await session.execute(text("UPDATE attachment SET is_abandoned = true"))

    monkeypatch.setattr(obstore, "put_async", slow_put)

    answer = await send(cast.pavel, attachment, content)

    assert code_of(answer) == (409, "upload_expired")
    assert objects_of(app.state.files, cast) == []


async def test_while_the_store_works_nobody_sweeps_the_upload_away(cast, clock, monkeypatch):
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    put_file = obstore.put_async
    swept = []

    async def put_and_sweep(*args, **options):
        clock.advance(minutes=10)
        async with transaction(cast.maker, cast.company_id) as session:
            swept.append(await abandon_expired_uploads(session, cast.company_id, clock.now(), QueuedJobs()))
        await put_file(*args, **options)

    monkeypatch.setattr(obstore, "put_async", put_and_sweep)
    clock.advance(hours=23, minutes=55)

    answer = await send(cast.pavel, attachment, content)

    assert (answer.status_code, swept) == (200, [0])


@pytest.mark.covers("P-rel-25")
async def test_while_s3_is_away_the_phone_is_told_to_come_again(cast, app, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    visit = await visit_in_progress(cast)
    content = a_photo()
    attachment = await declare_photo(visit, content)
    usual = app.state.files

    app.state.files = open_files("s3://brigada?endpoint=http://127.0.0.1:9")
    away = await send(cast.pavel, attachment, content)
    app.state.files = usual
    back = await send(cast.pavel, attachment, content)

    assert code_of(away) == (503, "unavailable")
    assert back.status_code == 200


class Server(uvicorn.Server):
    """A real server in this loop; the signals stay pytest's."""

    def capture_signals(self):
        return nullcontext()


@pytest.fixture
async def port(app):
    server = Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, ws="none"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 – uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
async def test_half_an_upload_leaves_nothing_and_can_be_sent_again(cast, files, port, share):
    visit = await visit_in_progress(cast)
    content = a_photo(size=(1600, 1200), quality=95)
    attachment = await declare_photo(visit, content)

    _, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"PUT {attachment['upload']['url']} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {cast.pavel.token()}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    writer.write(head.encode() + content[: int(len(content) * share)])
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.transport.abort()
    await asyncio.sleep(0.2)
    left = objects_of(files, cast)
    again = await send(cast.pavel, attachment, content)

    assert left == []
    assert again.status_code == 200
    assert (await fetched(cast.olga, attachment)).content == content
    async with transaction(cast.maker, cast.company_id) as session:
        assert await session.scalar(select(func.count()).select_from(Attachment)) == 1
