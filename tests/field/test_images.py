"""How long we look at a file does not depend on what is in it, and what is served says nothing of the place."""

import io
import os
import time
import zlib
from tempfile import TemporaryFile

import pytest
from PIL import Image, TiffImagePlugin

from app.field.attachments.policies import SIZE_MAX
from app.field.images.cleaning import clean_copy
from app.field.images.examining import examine_image
from app.field.images.walks import ImageRefused
from tests.pictures import a_photo

pytestmark = [pytest.mark.covers("M4", "P-rel-14")]

EXAMINED_WITHIN_S = 3.0
"""On a machine where other things run too. What once took 20 to 30 s takes less than one."""


def filled(begin: bytes, unit: bytes, end: bytes = b"") -> bytes:
    return begin + unit * ((SIZE_MAX - len(begin) - len(end)) // len(unit)) + end


def chunk(name: bytes, content: bytes = b"") -> bytes:
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


JPEG = a_photo()
HEADER, SCAN = JPEG[: JPEG.index(b"\xff\xda")], JPEG[JPEG.index(b"\xff\xda") :]
PNG = a_photo("PNG")
PNG_HEAD = PNG[:33]
WEBP = a_photo("WEBP")

CRAFTED = {
    "fill bytes": lambda: filled(b"\xff\xd8", b"\xff", JPEG[2:]),
    "fill bytes before the scan": lambda: filled(HEADER, b"\xff", SCAN),
    "tiny segments": lambda: filled(b"\xff\xd8", b"\xff\xe1\x00\x02", JPEG[2:]),
    "tiny comments": lambda: filled(HEADER, b"\xff\xfe\x00\x02", SCAN),
    "markers alone": lambda: filled(HEADER, b"\xff\x01", SCAN),
    "stuffed zeros in the scan": lambda: filled(JPEG[:-2], b"\xff\x00", b"\xff\xd9"),
    "restarts in the scan": lambda: filled(JPEG[:-2], b"\xff\xd0", b"\xff\xd9"),
    "fill bytes in the scan": lambda: filled(JPEG[:-2], b"\xff", b"\xff\xd9"),
    "many scans": lambda: filled(JPEG[:-2], b"\xff\xda\x00\x02\x00", b"\xff\xd9"),
    "zeros behind it": lambda: filled(JPEG, b"\0"),
    "zeros and then something": lambda: filled(JPEG, b"\0", b"x"),
    "tiny jpegs behind it": lambda: filled(JPEG, b"\xff\xd8\xff\xd9"),
    "a film of tiny boxes": lambda: filled(JPEG + b"\0\0\0\x08ftyp", b"\0\0\0\x08free"),
    "a Samsung directory of a million": lambda: filled(
        JPEG + b"SEFH" + (107).to_bytes(4, "little") + (3_000_000).to_bytes(4, "little"), b"\1" * 12, b"SEFT"
    ),
    "noise behind it": lambda: JPEG + os.urandom(SIZE_MAX - len(JPEG)),
    "almost active": lambda: filled(JPEG, b"<scrip"),
    "tiny chunks": lambda: filled(PNG_HEAD, chunk(b"teXt"), PNG[33:]),
    "empty data chunks": lambda: filled(PNG_HEAD, chunk(b"IDAT"), PNG[33:]),
    "text that unpacks": lambda: filled(
        PNG_HEAD, chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 1_000_000)), PNG[33:]
    ),
    "tiny webp chunks": lambda: (
        b"RIFF" + (SIZE_MAX - 8).to_bytes(4, "little") + filled(WEBP[8:], b"EXIF\0\0\0\0")
    ),
}


def examined(content: bytes) -> str:
    with TemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            return examine_image(file, timezone_name="UTC").content_type
        except ImageRefused as refusal:
            return refusal.code


@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_file_takes_no_longer_than_an_honest_one(name):
    content = CRAFTED[name]()
    started = time.thread_time()

    verdict = examined(content)

    took = time.thread_time() - started
    assert len(content) <= SIZE_MAX + 8
    assert took < EXAMINED_WITHIN_S, f"{verdict} after {took:.1f} s"


def test_an_honest_photo_of_the_largest_size_is_taken():
    scan = os.urandom(SIZE_MAX * 98 // 100).replace(b"\xff", b"\xff\x00")[: SIZE_MAX - len(JPEG)]

    assert examined(JPEG[:-2] + scan.rstrip(b"\xff") + JPEG[-2:]) == "image/jpeg"


SECRET = b"N 55.7558 E 37.6173"
GPS_IFD, MAKER, ORIENTATION = 0x8825, 0x010F, 0x0112


def exif_with_place(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = SECRET.decode()
    gps = exif.get_ifd(GPS_IFD)
    gps[1], gps[2] = "N", tuple(TiffImagePlugin.IFDRational(one, 1) for one in (55, 45, 21))
    return exif


def telling(kind: str, orientation: int = 1) -> bytes:
    """A photo that tells its place in every way its kind knows."""
    out = io.BytesIO()
    picture = Image.effect_noise((64, 48), 80).convert("RGB")
    options = {"exif": exif_with_place(orientation), "xmp": b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"}
    if kind == "PNG":
        options = {"exif": options["exif"]}
    picture.save(out, kind, **options)
    content = out.getvalue()
    if kind == "JPEG":
        segments = b"".join(
            b"\xff" + bytes([code]) + (len(SECRET) + 2).to_bytes(2, "big") + SECRET
            for code in (0xED, 0xEB, 0xFE)
        )
        film = b"\0\0\0\x10ftypmp42\0\0\0\0" + (8 + len(SECRET)).to_bytes(4, "big") + b"udta" + SECRET
        content = content[:2] + segments + content[2:] + content + film
    if kind == "PNG":
        texts = chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(
            b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET
        )
        content = content[:33] + texts + content[33:]
    return content


def cleaned(content: bytes, content_type: str) -> bytes:
    file = TemporaryFile()  # noqa: SIM115  # clean_copy closes it
    file.write(content)
    file.flush()
    with clean_copy(file, content_type) as copy:
        return copy.read()


KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_served_does_not_tell_the_place(kind):
    content = telling(kind)
    assert examined(content) == KINDS[kind]

    copy = cleaned(content, KINDS[kind])

    assert SECRET in content
    assert SECRET not in copy
    with Image.open(io.BytesIO(copy)) as shown, Image.open(io.BytesIO(content)) as sent:
        assert dict(shown.getexif()) == {}
        assert dict(shown.getexif().get_ifd(GPS_IFD)) == {}
        assert shown.convert("RGB").tobytes() == sent.convert("RGB").tobytes()
    assert examined(copy) == KINDS[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_photo_that_was_taken_on_its_side_still_stands_upright(kind, orientation):
    copy = cleaned(telling(kind, orientation), KINDS[kind])

    with Image.open(io.BytesIO(copy)) as shown:
        assert dict(shown.getexif()) == {ORIENTATION: orientation}


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L"])
def test_colours_stay(mode):
    out = io.BytesIO()
    profile = b"a profile" * 100
    Image.effect_noise((64, 48), 80).convert(mode).save(out, "JPEG", icc_profile=profile)

    copy = cleaned(out.getvalue(), "image/jpeg")

    assert copy == out.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_a_photo_that_tells_nothing_is_served_as_it_is(kind):
    content = a_photo(kind)

    assert cleaned(content, KINDS[kind]) == content


def with_pixels(packed: bytes) -> bytes:
    """The PNG with other compressed data: its chunks are whole and their checksums right."""
    return PNG_HEAD + chunk(b"IDAT", packed) + chunk(b"IEND")


def test_a_png_whose_pixels_end_too_early_is_refused():
    packed = zlib.compress(b"\0" * (240 * (1 + 3 * 320)))

    assert examined(with_pixels(packed)) == "image/png"
    assert examined(with_pixels(packed[: len(packed) // 2])) == "image_truncated"
    assert examined(with_pixels(zlib.compress(b"\0" * 1000))) == "image_truncated"
    assert examined(with_pixels(b"no zlib at all")) == "not_an_image"
    assert examined(PNG_HEAD + chunk(b"IEND")) in ("image_truncated", "not_an_image")


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_a_whole_png_of_every_kind_is_taken(mode):
    out = io.BytesIO()
    Image.new(mode, (13, 7)).save(out, "PNG")

    assert examined(out.getvalue()) == "image/png"


def test_pixels_that_unpack_endlessly_are_not_unpacked_to_the_end():
    packed = zlib.compress(b"\0" * 500_000_000, 9)
    started = time.thread_time()

    examined(with_pixels(packed))

    assert time.thread_time() - started < 1.0


def test_a_webp_whose_picture_is_longer_than_the_file_is_refused():
    cut = WEBP[: len(WEBP) // 4 * 2]

    assert examined(cut[:4] + (len(cut) - 8).to_bytes(4, "little") + cut[8:]) == "image_truncated"
