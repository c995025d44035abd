"""Checks that a file is one complete JPEG, PNG or WebP of acceptable size, and contains nothing else.

Our own code reads the structure, and Pillow must agree with it. No pixel is decoded: the size comes from the
header, so a 20 kB file that would unpack to gigabytes does no harm. Runs in a thread on a memory-mapped file.
"""

import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timezone
from mmap import ACCESS_READ, mmap
from typing import IO, NamedTuple
from zoneinfo import ZoneInfo

from PIL import Image

PIXELS_MAX = 50_000_000

EXIF_IFD = 0x8769
EXIF_TAKEN = 0x9003
EXIF_TAKEN_OFFSET = 0x9011


class ImageRefused(Exception):
    """`code` says why: not_an_image, image_truncated, image_has_more or image_too_many_pixels."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


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
        ImageRefused: not an accepted type, incomplete, with something else in it, or too many pixels.
    """
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        content_type, outline = _outline(data)
        if outline.width_px * outline.height_px > PIXELS_MAX:
            raise ImageRefused("image_too_many_pixels")
        if outline.end != len(data) and not _is_camera_trailer(data, outline.end, content_type):
            raise ImageRefused("image_has_more")
    file.seek(0)
    taken_at = _ask_decoder(file, content_type, outline, timezone_name)
    file.seek(0)
    return ImageFacts(content_type, outline.width_px, outline.height_px, taken_at)


def _outline(data: mmap) -> tuple[str, Outline]:
    for signature, content_type, walk in _WALKS:
        if re.match(signature, data[:16], re.DOTALL):
            try:
                return content_type, walk(data, 0)
            except IndexError as error:  # the file ended too early
                raise ImageRefused("image_truncated") from error
    raise ImageRefused("not_an_image")


def _walk_jpeg(data: mmap, start: int) -> Outline:
    """Go from marker to marker to the end of the image. Thumbnails are inside segments and are skipped."""
    width = height = 0
    at = start + 2
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:  # fill bytes
            at += 1
        if data[at] != 0xFF:
            raise ImageRefused("not_an_image")
        marker = data[at + 1]
        if marker == 0xD9:
            return Outline(width, height, at + 2)
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
            continue
        length = _number(data, at + 2, 2, "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = _number(data, at + 5, 2, "big"), _number(data, at + 7, 2, "big")
        at += 2 + length
        if marker == 0xDA:
            at = _end_of_scan(data, at)


def _end_of_scan(data: mmap, at: int) -> int:
    """Position of the first marker after compressed data: 0xFF, but not followed by zero or a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise IndexError
        following = data[at + 1]
        if following == 0xFF:
            at += 1
        elif following == 0 or 0xD0 <= following <= 0xD7:
            at += 2
        else:
            return at


def _walk_png(data: mmap, start: int) -> Outline:
    at = start + 8
    width, height = _number(data, at + 8, 4, "big"), _number(data, at + 12, 4, "big")
    while True:
        length = _number(data, at, 4, "big")
        name_and_content = data[at + 4 : at + 8 + length]
        if zlib.crc32(name_and_content) != _number(data, at + 8 + length, 4, "big"):
            raise ImageRefused("not_an_image")
        at += 12 + length
        if name_and_content[:4] == b"IEND":
            return Outline(width, height, at)


def _walk_webp(data: mmap, start: int) -> Outline:
    end = start + 8 + _number(data, start + 4, 4, "little")
    if end > len(data):
        raise IndexError
    body = start + 20
    kind = data[start + 12 : start + 16]
    if kind == b"VP8X":
        width, height = 1 + _number(data, body + 4, 3, "little"), 1 + _number(data, body + 7, 3, "little")
    elif kind == b"VP8L":
        bits = _number(data, body + 1, 4, "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width = _number(data, body + 6, 2, "little") & 0x3FFF
        height = _number(data, body + 8, 2, "little") & 0x3FFF
    return Outline(width, height, end)


_WALKS: list[tuple[bytes, str, Callable[[mmap, int], Outline]]] = [
    (rb"\xff\xd8\xff", "image/jpeg", _walk_jpeg),
    (rb"\x89PNG\r\n\x1a\n....IHDR", "image/png", _walk_png),
    (rb"RIFF....WEBPVP8[ LX]", "image/webp", _walk_webp),
]


def _number(data: mmap, at: int, length: int, order: str) -> int:
    """Read an unsigned number of `length` bytes; `order` is big or little.

    Raises:
        IndexError: the file ends before it.
    """
    content = data[at : at + length]
    if len(content) < length:
        raise IndexError
    return int.from_bytes(content, "big" if order == "big" else "little")


SOMETHING_ACTIVE = re.compile(rb"PK\x03\x04|PK\x05\x06|%PDF-|<\?php|<script|<html|<svg", re.IGNORECASE)


def _is_camera_trailer(data: mmap, end: int, content_type: str) -> bool:
    """Whether the bytes after a JPEG are something phones add.

    Phones add zeros, further JPEGs (depth and light maps), the film of a motion photo, or Samsung's trailer.
    Anything else could make the file valid as another type too.
    """
    if content_type != "image/jpeg" or SOMETHING_ACTIVE.search(data, end):
        return False
    at = end
    while at < len(data):
        if data[at] == 0 and data[at + 4 : at + 8] != b"ftyp":  # the size of a film also begins with zeros
            at += 1
        elif data[at : at + 2] == b"\xff\xd8":
            try:
                at = _walk_jpeg(data, at).end
            except (IndexError, ImageRefused):
                return False
        else:
            break
    return at == len(data) or _is_film(data, at) or _is_samsung_trailer(data, end)


def _is_film(data: mmap, at: int) -> bool:
    """Whether an MP4 fills the rest of the file: boxes of (size, name, content), the first named `ftyp`."""
    if data[at + 4 : at + 8] != b"ftyp":
        return False
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8 or not data[at + 4 : at + 8].isalnum():
            return False
        at += size
    return at == len(data)


def _is_samsung_trailer(data: mmap, start: int) -> bool:
    """Whether a Samsung trailer fills the file from `start` on.

    Its format is `blocks SEFH version count (type offset size)… length SEFT`.
    """
    if data[-4:] != b"SEFT":
        return False
    directory = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    if directory < start or data[directory : directory + 4] != b"SEFH":
        return False
    count = int.from_bytes(data[directory + 8 : directory + 12], "little")
    offsets = [
        int.from_bytes(data[entry + 4 : entry + 8], "little")
        for entry in range(directory + 12, len(data) - 8, 12)
    ]
    return len(offsets) == count and directory - max(offsets, default=0) == start


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
