"""Checks that a file is one complete JPEG, PNG or WebP of acceptable size, and contains nothing else.

Our own code reads the structure (`walks`), and Pillow must agree with it. No pixel is decoded: the size comes from
the header, so a 20 kB file that would unpack to gigabytes does no harm. Runs in a thread on a memory-mapped file.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timezone
from mmap import ACCESS_READ, mmap
from typing import IO, NamedTuple
from zoneinfo import ZoneInfo

from PIL import Image

from app.field.images.trailers import is_camera_trailer
from app.field.images.walks import ImageRefused, Steps, jpeg_parts, number, png_parts

PIXELS_MAX = {"image/jpeg": 110_000_000, "image/png": 50_000_000, "image/webp": 50_000_000}
"""Phones take JPEGs of up to 108 megapixels. The others stay smaller, because a few kilobytes of PNG can hold as many
empty pixels as one likes, and whoever opens them has to unpack them all."""

Image.MAX_IMAGE_PIXELS = max(PIXELS_MAX.values())
"""Pillow warns of larger ones, also where only the header is read. Whoever decodes has a smaller limit of his own."""

EXIF_IFD = 0x8769
EXIF_TAKEN = 0x9003
EXIF_TAKEN_OFFSET = 0x9011
SIZES = {bytes([code]) for code in range(0xC0, 0xD0)} - {b"\xc4", b"\xc8", b"\xcc"}
"""JPEG segments that begin a frame and name its size."""


class ImageFacts(NamedTuple):
    content_type: str
    width_px: int
    height_px: int
    taken_at: datetime | None
    """By the camera's clock, in UTC."""


class Outline(NamedTuple):
    """What the structure of an image file says."""

    width_px: int
    height_px: int
    end: int
    """Position after the last byte of the image."""


def examine_image(file: IO[bytes], *, timezone_name: str) -> ImageFacts:
    """Check an image file and read its facts. `timezone_name` is used if the camera gives no time zone.

    Raises:
        ImageRefused: not an accepted type, incomplete, with something else in it, made of too many parts, or
            with too many pixels.
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
    file.seek(0)
    taken_at = _ask_decoder(file, content_type, outline, timezone_name)
    file.seek(0)
    return ImageFacts(content_type, outline.width_px, outline.height_px, taken_at)


def _outline(data: mmap, steps: Steps) -> tuple[str, Outline]:
    for signature, content_type, walk in _WALKS:
        if re.match(signature, data[:16], re.DOTALL):
            try:
                return content_type, walk(data, steps)
            except IndexError as error:  # the file ended too early
                raise ImageRefused("image_truncated") from error
    raise ImageRefused("image_heic" if re.match(HEIC, data[:16], re.DOTALL) else "not_an_image")


HEIC = rb"....ftyp(?:hei[cmsx]|hev[cmsx]|mif1|msf1|avif)"
"""What some phones take unless they are asked for JPEG."""


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
    *_, last = png_parts(data, steps)
    return Outline(number(data, 16, 4, "big"), number(data, 20, 4, "big"), last.end)


def _walk_webp(data: mmap, steps: Steps) -> Outline:
    end = 8 + number(data, 4, 4, "little")
    if end > len(data):
        raise IndexError
    body, kind = 20, data[12:16]
    if kind == b"VP8X":
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
]


def _ask_decoder(file: IO[bytes], content_type: str, outline: Outline, timezone_name: str) -> datetime | None:
    """Check that Pillow finds the same type and size, and read when the photo was taken."""
    try:
        with Image.open(file, formats=[content_type.removeprefix("image/").upper()]) as image:
            size = image.size
            # without EXIF in the header Pillow would decode a whole PNG to look for it at the end
            exif = image.getexif().get_ifd(EXIF_IFD) if "exif" in image.info else {}
            taken_at = _taken_at(exif, timezone_name)
            image.verify()
    except Exception as error:  # decoders raise whatever broken data makes them raise
        raise ImageRefused("not_an_image") from error
    if size != (outline.width_px, outline.height_px):
        raise ImageRefused("not_an_image")
    return taken_at


def _taken_at(exif: dict[int, object], timezone_name: str) -> datetime | None:
    """The time in the EXIF data, in UTC. None for impossible values: an unset camera writes 0000:00:00."""
    try:
        local = datetime.strptime(str(exif.get(EXIF_TAKEN)), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 – set below
        zone = _offset(str(exif.get(EXIF_TAKEN_OFFSET))) or ZoneInfo(timezone_name)
        return local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> timezone | None:
    """`+03:00` as a time zone."""
    try:
        offset = datetime.strptime(text.strip(" \0"), "%z").utcoffset()
    except ValueError:
        return None
    return timezone(offset) if offset is not None else None
