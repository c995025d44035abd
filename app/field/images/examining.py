"""Checks that a file is one complete JPEG, PNG, WebP or HEIC of acceptable size, and contains nothing else.

Our own code reads the structure (`walks`, `heif`), and the decoder must agree with it. The size comes from the header,
so a 20 kB file that would unpack to gigabytes does no harm. The pixels of a PNG are counted, and those of a WebP
are decoded (`pixels`), because nothing else shows that they end too early. In a HEIC the decoder goes by sizes in the
code, so these must be the ones that the file names (`hevc`). Runs in a thread on a memory-mapped file.
"""

import re
from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from typing import IO, NamedTuple

import pillow_heif
from PIL import Image

from app.field.images.exif import Evidence, read_evidence
from app.field.images.heif import HEIF, check_pictures, walk_heif
from app.field.images.pixels import check_png_pixels, check_webp_pixels
from app.field.images.placeless import names_place
from app.field.images.trailers import is_camera_trailer
from app.field.images.walks import ImageRefused, Steps, jpeg_parts, number, png_parts, webp_parts

PIXELS_MAX = {
    "image/jpeg": 110_000_000,
    "image/png": 50_000_000,
    "image/webp": 24_000_000,
    "image/heic": 50_000_000,
}
"""Phones take JPEGs of up to 108 megapixels. The others stay smaller, because a few kilobytes of PNG can hold as many
empty pixels as one likes, and whoever opens them has to unpack them all. A WebP has to be decoded before it is known to
be whole, and larger ones do not fit where small copies are made (`shrinking`)."""

Image.MAX_IMAGE_PIXELS = max(PIXELS_MAX.values())
"""Pillow warns of larger ones, also where only the header is read. Whoever decodes has a smaller limit of his own."""

WEBP_IS_ANIMATED = 0x02
SIZES = {bytes([code]) for code in range(0xC0, 0xD0)} - {b"\xc4", b"\xc8", b"\xcc"}
"""JPEG segments that begin a frame and name its size."""


class ImageFacts(NamedTuple):
    content_type: str
    width_px: int
    height_px: int
    """As it is stored: a picture taken on its side may be shown turned."""
    evidence: Evidence


class Outline(NamedTuple):
    """What the structure of an image file says."""

    width_px: int
    height_px: int
    end: int
    """Position after the last byte of the image."""


def examine_image(file: IO[bytes], *, timezone_name: str) -> ImageFacts:
    """Check an image file and read its facts. `timezone_name` is used if the camera gives no time zone.

    Raises:
        ImageRefused: not an accepted type, incomplete, with something else in it, animated, made of too many parts,
            or with too many pixels.
    """
    steps = Steps()
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        content_type, outline = _outline(data, steps)
        if outline.width_px * outline.height_px > PIXELS_MAX[content_type]:
            raise ImageRefused("image_too_many_pixels", pixels_max=PIXELS_MAX[content_type])
        is_whole = outline.end == len(data)
        if not is_whole and not (
            content_type == "image/jpeg" and is_camera_trailer(data, outline.end, steps)
        ):
            raise ImageRefused("image_has_more")
        if content_type == "image/png":
            check_png_pixels(data)
        if content_type == "image/heic":
            _check_heif(data, steps)
    file.seek(0)
    evidence = _ask_decoder(file, content_type, outline, timezone_name)
    file.seek(0)
    if content_type == "image/webp":
        check_webp_pixels(file)
        file.seek(0)
    evidence = evidence._replace(says_place=evidence.says_place or names_place(file))
    return ImageFacts(content_type, outline.width_px, outline.height_px, evidence)


def _outline(data: mmap, steps: Steps) -> tuple[str, Outline]:
    for signature, content_type, walk in _WALKS:
        if re.match(signature, data[:16], re.DOTALL):
            try:
                return content_type, walk(data, steps)
            except IndexError as error:  # the file ended too early
                raise ImageRefused("image_truncated") from error
    raise ImageRefused("not_an_image")


def _walk_jpeg(data: mmap, steps: Steps) -> Outline:
    """Thumbnails are inside segments and are passed over."""
    width = height = end = 0
    for part in jpeg_parts(data, 0, steps):
        if part.kind in SIZES:
            height = number(data, part.content + 1, 2, "big")
            width = number(data, part.content + 3, 2, "big")
        end = part.end
    return Outline(width, height, end)


def _walk_png(data: mmap, steps: Steps) -> Outline:
    for part in png_parts(data, steps):
        if part.kind == b"acTL":
            raise ImageRefused("image_animated")
        end = part.end
    return Outline(number(data, 16, 4, "big"), number(data, 20, 4, "big"), end)


def _check_heif(data: mmap, steps: Steps) -> None:
    try:
        check_pictures(data, steps)
    except IndexError as error:
        raise ImageRefused("image_truncated") from error


def _walk_heif(data: mmap, steps: Steps) -> Outline:
    return Outline(*walk_heif(data, steps), len(data))


def _walk_webp(data: mmap, steps: Steps) -> Outline:
    end = 8 + number(data, 4, 4, "little")
    if end > len(data) or any(part.end > end for part in webp_parts(data, steps)):
        raise IndexError
    body, kind = 20, data[12:16]
    if kind == b"VP8X":
        if data[body] & WEBP_IS_ANIMATED:
            raise ImageRefused("image_animated")
        width, height = 1 + number(data, body + 4, 3, "little"), 1 + number(data, body + 7, 3, "little")
    elif kind == b"VP8L":
        bits = number(data, body + 1, 4, "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width = number(data, body + 6, 2, "little") & 0x3FFF
        height = number(data, body + 8, 2, "little") & 0x3FFF
    return Outline(width, height, end)


_WALKS: list[tuple[bytes, str, Callable[[mmap, Steps], Outline]]] = [
    (rb"\xff\xd8\xff", "image/jpeg", _walk_jpeg),
    (rb"\x89PNG\r\n\x1a\n....IHDR", "image/png", _walk_png),
    (rb"RIFF....WEBPVP8[ LX]", "image/webp", _walk_webp),
    (HEIF, "image/heic", _walk_heif),
]


def _ask_decoder(file: IO[bytes], content_type: str, outline: Outline, timezone_name: str) -> Evidence:
    """Check that the decoder finds the same type and size, and read what the camera wrote."""
    ask = _ask_libheif if content_type == "image/heic" else _ask_pillow
    try:
        size, exif = ask(file, content_type)
        evidence = read_evidence(exif, timezone_name=timezone_name)
    except Exception as error:  # decoders raise whatever broken data makes them raise
        raise ImageRefused("not_an_image") from error
    stored_size = (outline.width_px, outline.height_px)
    if size != stored_size and not (content_type == "image/heic" and size[::-1] == stored_size):
        raise ImageRefused("not_an_image")
    return evidence


def _ask_pillow(file: IO[bytes], content_type: str) -> tuple[tuple[int, int], Image.Exif]:
    with Image.open(file, formats=[content_type.removeprefix("image/").upper()]) as image:
        size = image.size
        # without EXIF in the header Pillow would decode a whole PNG to look for it at the end
        exif = image.getexif() if "exif" in image.info else Image.Exif()
        image.verify()
    return size, exif


def _ask_libheif(file: IO[bytes], _: str) -> tuple[tuple[int, int], Image.Exif]:
    """The size of its picture as it is shown, so maybe turned. Nothing is decoded."""
    picture = pillow_heif.open_heif(file)
    exif = Image.Exif()
    if picture.info.get("exif"):
        exif.load(picture.info["exif"])
    return picture.size, exif
