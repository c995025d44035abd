"""The background process makes small copies of photos, one at a time, and HEIC is shown as JPEG."""

import asyncio
import hashlib
import io
import resource

import obstore
import pillow_heif
import pytest
from PIL import Image
from sqlalchemy import select, update

from app.db.session import transaction
from app.field.previews import jobs, making
from app.field.previews.jobs import make_previews
from app.field.previews.models import Preview, PreviewMaking
from tests.field.sending import code_of, declare_photo, fetched, stored_photo
from tests.pictures import a_photo, a_signature, seen_at
from tests.stories import visit_in_progress
from tests.tracking.conftest import consent

pytestmark = [pytest.mark.covers("M44", "P-rel-14")]

RED, BLUE = (200, 30, 30), (30, 30, 200)


@pytest.fixture
def at_store(background, files):
    """The background process, at the same store as the application."""
    context = background.context
    background.context = type(context)(
        sessions=context.sessions, settings=context.settings, clock=context.clock, files=files
    )
    return background


async def previewed(person, attachment, size="small", **headers):
    return await person.get(f"/attachments/{attachment['id']}/preview?size={size}", **headers)


def seen(answer):
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def two_halves(kind="JPEG", *, size=(1000, 500), orientation=1):
    """Red on the left, blue on the right, as it is stored."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    exif, out = seen_at(55.75, 37.62, orientation=orientation), io.BytesIO()
    if kind == "HEIC":
        pillow_heif.from_pillow(picture).save(out, quality=80, exif=exif.tobytes())
    else:
        picture.save(out, kind, exif=exif)
    return out.getvalue()


async def test_a_photo_has_a_small_and_a_large_copy_soon_after_it_came(cast, at_store):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit, a_photo(size=(2400, 1800)))
    early = await previewed(cast.olga, stored)

    await at_store.run()

    small, large = [await previewed(cast.olga, stored, size) for size in ("small", "large")]
    assert code_of(early) == (404, "preview_not_ready")
    assert early.headers["retry-after"] == "5"
    assert stored["preview_url"].endswith(f"/attachments/{stored['id']}/preview")
    assert (seen(small).size, seen(large).size) == ((320, 240), (1600, 1200))
    for answer in (small, large):
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert dict(seen(answer).getexif()) == {}
    again = await previewed(cast.olga, stored, if_none_match=small.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


async def test_a_small_photo_is_not_made_larger(cast, background):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit, a_photo(size=(100, 80)))

    await background.run()

    assert seen(await previewed(cast.olga, stored, "large")).size == (100, 80)


@pytest.mark.parametrize(("kind", "orientation"), [("JPEG", 6), ("JPEG", 3), ("PNG", 6), ("WEBP", 8)])
async def test_a_copy_stands_upright_and_tells_nothing_of_the_camera(cast, background, kind, orientation):
    visit = await visit_in_progress(cast)
    content = two_halves(kind, orientation=orientation)
    stored = await stored_photo(visit, content)

    await background.run()

    copy = await previewed(cast.olga, stored)
    picture = seen(copy)
    red_at = {3: (0.9, 0.5), 6: (0.5, 0.1), 8: (0.5, 0.9)}[orientation]
    assert picture.size == ((320, 160) if orientation == 3 else (160, 320))
    assert is_red(picture, red_at)
    assert not is_red(picture, (1 - red_at[0], 1 - red_at[1]))
    assert b"Apple" in content
    assert b"Apple" not in copy.content


def is_red(picture, at):
    red, _, blue = picture.convert("RGB").getpixel((int(picture.width * at[0]), int(picture.height * at[1])))
    return red > blue


@pytest.mark.parametrize("orientation", [1, 6])
async def test_heic_is_taken_kept_as_it_came_and_shown_as_jpeg(cast, at_store, orientation):
    await consent(cast.pavel)
    visit = await visit_in_progress(cast)
    content = two_halves("HEIC", orientation=orientation)
    stored = await stored_photo(visit, content)
    early = await fetched(cast.olga, stored)

    await at_store.run()

    shown = await fetched(cast.olga, stored)
    picture = seen(shown)
    kept = await obstore.get_async(at_store.context.files, f"{cast.company_id}/attachment/{stored['id']}")
    assert stored["content_type"] == "image/heic"
    assert code_of(early) == (404, "preview_not_ready")
    assert shown.headers["content-type"] == "image/jpeg"
    assert ".jpg" in shown.headers["content-disposition"]
    assert picture.format == "JPEG"
    assert picture.size == ((1000, 500) if orientation == 1 else (500, 1000))
    assert is_red(picture, (0.1, 0.5) if orientation == 1 else (0.5, 0.1))
    assert dict(picture.getexif()) == {}
    assert b"Apple" not in shown.content
    assert bytes(await kept.bytes_async()) == content, "the evidence"
    not_modified = await fetched(cast.olga, stored, if_none_match=shown.headers["etag"])
    assert not_modified.status_code == 304


async def test_a_signature_gets_a_copy_when_somebody_asks(cast, background):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit, a_signature(), purpose="signature")
    asked = await previewed(cast.olga, stored)

    await background.run()

    copy = seen(await previewed(cast.olga, stored))
    assert code_of(asked) == (404, "preview_not_ready")
    assert copy.convert("RGB").getpixel((2, 2)) == (255, 255, 255), "white where nothing is drawn"


async def test_a_photo_of_the_time_before_copies_gets_them_when_somebody_asks(cast, background, superuser):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit)
    await superuser.execute("DELETE FROM preview_making WHERE attachment_id = $1", stored["id"])

    first = await previewed(cast.olga, stored)
    await background.run()

    assert code_of(first) == (404, "preview_not_ready")
    assert (await previewed(cast.olga, stored)).status_code == 200


def broken_inside(content):
    """Its structure is right, its picture is noise."""
    at = content.index(b"mdat") + 4
    return content[:at] + hashlib.shake_256(b"noise").digest(len(content) - at)


async def test_a_heic_that_cannot_be_decoded_says_so_and_is_kept(cast, background):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit, broken_inside(a_photo("HEIC")))

    await background.run()

    for answer in (await previewed(cast.olga, stored), await fetched(cast.olga, stored)):
        assert code_of(answer) == (404, "preview_failed")
        assert answer.json()["params"]["reason"] == "undecodable"


async def test_a_lost_job_comes_again(cast, background, clock):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit)
    await background.sweep("preview")
    background._queued.clear()

    clock.advance(minutes=4)
    await background.run()
    early = await previewed(cast.olga, stored)
    clock.advance(minutes=1)
    await background.run()

    assert code_of(early) == (404, "preview_not_ready")
    assert (await previewed(cast.olga, stored)).status_code == 200


async def test_a_decoder_that_dies_again_and_again_is_given_up(cast, background, clock, monkeypatch):
    monkeypatch.setattr(making, "MADE_WITHIN_S", 0.0)
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit)
    said = []

    for _ in range(4):
        await background.run()
        said.append((await previewed(cast.olga, stored)).json()["code"])
        clock.advance(minutes=5)

    assert said == ["preview_not_ready", "preview_not_ready", "preview_failed", "preview_failed"]


@pytest.mark.parametrize("harm", ["lost", "changed"])
async def test_a_lost_or_damaged_copy_is_made_anew(cast, at_store, harm):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit)
    await at_store.run()
    key = f"{cast.company_id}/preview/{stored['id']}/small"
    files = at_store.context.files
    await (obstore.delete_async(files, key) if harm == "lost" else obstore.put_async(files, key, b"x"))

    asked = await previewed(cast.olga, stored)
    await at_store.run()

    assert code_of(asked) == (404, "preview_not_ready")
    assert (await previewed(cast.olga, stored)).status_code == 200


async def test_only_those_who_may_see_the_job_see_the_copies(cast, other_cast, background):
    visit = await visit_in_progress(cast)
    stored, awaited = await stored_photo(visit), await declare_photo(visit, a_photo())
    await background.run()

    for colleague in (cast.olga, cast.galina, cast.pavel):
        assert (await previewed(colleague, stored)).status_code == 200
    for stranger in (cast.nikolai, other_cast.olga):
        assert code_of(await previewed(stranger, stored)) == (404, "attachment_not_found")
    assert code_of(await previewed(cast.olga, awaited)) == (404, "attachment_not_found")
    assert (await previewed(cast.olga, stored, "huge")).status_code == 400


async def test_making_twice_at_once_is_harmless(cast, background):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit)

    await asyncio.gather(
        *[make_previews(background.context, cast.company_id, stored["id"]) for _ in range(3)]
    )

    assert (await previewed(cast.olga, stored)).status_code == 200
    async with transaction(cast.maker, cast.company_id) as session:
        kinds = await session.scalars(select(Preview.kind).order_by(Preview.kind))
        assert list(kinds) == ["large", "small"]


async def test_few_wait_for_the_decoder_and_the_others_come_again(cast, background, monkeypatch):
    visit = await visit_in_progress(cast)
    photos = [await stored_photo(visit) for _ in range(6)]
    at_once, most = 0, 0
    make_copies = making.make_copies

    async def watched(*args):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        copies = await make_copies(*args)
        at_once -= 1
        return copies

    monkeypatch.setattr(jobs, "make_copies", watched)

    ids = [one["id"] for one in photos]
    await asyncio.gather(*[make_previews(background.context, cast.company_id, one) for one in ids])
    made = [(await previewed(cast.olga, one)).status_code for one in photos]

    assert most == 1
    assert sorted(made) == [200, 200, 200, 404, 404, 404]
    async with transaction(cast.maker, cast.company_id) as session:
        waiting = await session.scalars(
            select(PreviewMaking.make_at).where(PreviewMaking.make_at.is_not(None))
        )
        assert len(set(waiting)) == 1


async def test_a_bomb_dies_in_its_own_process_and_tells_why(cast, background):
    """A PNG of 49 million pixels with an alpha channel needs 200 MB at each step."""
    out = io.BytesIO()
    Image.new("LA", (7_000, 7_000)).save(out, "PNG")
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit, out.getvalue())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    await background.run()

    answer = await previewed(cast.olga, stored)
    assert answer.status_code == 200 or answer.json()["params"]["reason"] == "too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.parametrize("size", ["small", "large"])
async def test_a_copy_that_is_shown_again_is_the_same(cast, background, size):
    visit = await visit_in_progress(cast)
    stored = await stored_photo(visit)
    await background.run()
    first = await previewed(cast.olga, stored, size)
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(update(PreviewMaking).values(make_at=background.context.clock.now()))

    await background.run()

    assert (await previewed(cast.olga, stored, size)).content == first.content
