"""A file that was cut anywhere is no whole picture, whatever its kind."""

import io
import tempfile

import pytest
from PIL import Image, ImageFile

from app.field.images.examining import examine_image
from app.field.images.walks import ImageRefused
from tests.field.forms_given import ask_for, rule
from tests.field.sending import code_of, declare_photo, send
from tests.field.test_attachments import stored_photo
from tests.pictures import a_photo, seen_at
from tests.stories import visit_in_progress

pytestmark = pytest.mark.covers("M44")

KINDS = {
    "jpeg": {"kind": "JPEG"},
    "progressive jpeg": {"kind": "JPEG", "progressive": True},
    "jpeg with EXIF": {"kind": "JPEG", "exif": seen_at(55.7, 37.6)},
    "png": {"kind": "PNG"},
    "lossy webp": {"kind": "WEBP", "quality": 60},
    "lossless webp": {"kind": "WEBP", "lossless": True},
    "webp with EXIF": {"kind": "WEBP", "exif": seen_at(55.7, 37.6)},
    "heic": {"kind": "HEIC"},
}


def examine(content):
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        file.seek(0)
        return examine_image(file, timezone_name="Europe/Moscow")


def places_to_cut(size):
    """Near both ends, and forty places between."""
    return sorted({*range(1, 24), *range(24, size, max(size // 40, 1)), *range(size - 12, size)})


@pytest.mark.parametrize("name", KINDS)
def test_a_file_cut_at_any_place_is_refused_and_the_whole_one_is_taken(name):
    content = a_photo(**KINDS[name])

    assert examine(content).width_px == 320
    for place in places_to_cut(len(content)):
        with pytest.raises(ImageRefused):
            examine(content[:place])


@pytest.mark.parametrize("name", ["png", "lossless webp", "lossy webp", "heic", "jpeg"])
def test_a_hole_at_the_end_that_keeps_the_length_is_not_mistaken_for_a_short_file(name):
    """Nobody loses such bytes on the way: the hash of the declaration tells them. The structure is still judged."""
    content = a_photo(**KINDS[name])

    with pytest.raises(ImageRefused):
        examine(content[: len(content) // 2] + b"\0" * 7)


def shortened(content, part):
    """A WebP whose pixels end early, with lengths that fit."""
    pixels = content[20 : 20 + int(int.from_bytes(content[16:20], "little") * part) // 2 * 2]
    body = b"WEBP" + content[12:16] + len(pixels).to_bytes(4, "little") + pixels
    return b"RIFF" + len(body).to_bytes(4, "little") + body


@pytest.mark.parametrize("name", ["lossy webp", "lossless webp"])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_webp_whose_pixels_end_early_is_refused_though_its_lengths_fit(name, part):
    with pytest.raises(ImageRefused):
        examine(shortened(a_photo(**KINDS[name]), part))


def test_no_decoder_of_ours_fills_up_what_is_missing():
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    content = a_photo("JPEG")
    with pytest.raises(OSError, match="truncated"), Image.open(io.BytesIO(content[:-900])) as image:
        image.load()


async def test_a_cut_file_is_refused_by_its_route(cast, files):
    visit = await visit_in_progress(cast)
    for kind in ("JPEG", "WEBP"):
        whole = a_photo(kind)
        cut = whole[: len(whole) * 2 // 3]
        content_type = f"image/{kind.lower()}"
        attachment = await declare_photo(visit, cut, content_type=content_type)

        answer = await send(visit.worker, attachment, cut)

        assert code_of(answer) == (422, "upload_refused")
        assert answer.json()["params"]["reason"] == "image_truncated"


@pytest.mark.covers("M38")
async def test_the_same_photo_twice_is_one_proof(cast, files):
    await ask_for(cast, rule("photos", 2))
    visit = await visit_in_progress(cast)
    content = a_photo()
    for _ in range(3):
        await stored_photo(visit, content)

    [state] = (await visit.screen())["proofs"]
    refused = await visit.tap("complete")
    await stored_photo(visit, a_photo())
    taken = await visit.tap("complete")

    assert (state["present"], state["is_missing"]) == (1, True)
    assert code_of(refused) == (422, "proofs_missing")
    assert refused.json()["params"]["missing"][0]["present"] == 1
    assert taken.status_code == 200, taken.text
