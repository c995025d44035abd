"""The copy of a photo that is served: the same picture without what the camera wrote about the place and the owner.

Pixels are not touched: the file is put together anew from the parts that a picture needs. Of all that is left out,
only how the camera was held is written again. The original stays in the store as it was sent.
"""

import struct
import zlib
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from tempfile import TemporaryFile
from typing import IO

from PIL import Image

from app.field.images.walks import Part, Steps, jpeg_parts, png_parts, webp_parts

ORIENTATION = 0x0112
UPRIGHT = 1
BROKEN = (SyntaxError, ValueError, LookupError, TypeError, OSError, EOFError, struct.error)
"""What the decoder raises for broken data."""

JPEG_LEFT_OUT = {*range(0xE1, 0xEE), 0xEF, 0xFE}
"""Segments for applications, and comments. 0xE0 (JFIF) and 0xEE (Adobe) say how to read colours."""
COLOUR_PROFILE = b"ICC_PROFILE\0"
PNG_KEPT = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT"),
    *(b"bKGD", b"pHYs", b"hIST", b"acTL", b"fcTL", b"fdAT"),
}
WEBP_KEPT = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
WEBP_HAS_EXIF = 0x08
WEBP_HAS_EXIF_OR_XMP = WEBP_HAS_EXIF | 0x04


def clean_copy(file: IO[bytes], content_type: str) -> IO[bytes]:
    """A temporary file at its beginning. `file` has been examined before; it is closed."""
    copy = TemporaryFile()  # noqa: SIM115  # the caller closes it
    with file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        for part in _CLEANED[content_type](data):
            copy.write(part)
    copy.seek(0)
    return copy


def _clean_jpeg(data: mmap) -> Iterator[bytes]:
    yield data[:2]
    for part in jpeg_parts(data, 0, Steps(None)):
        code = part.kind[0]
        content = data[part.content : part.content + len(COLOUR_PROFILE)]
        if content.startswith(b"Exif\0\0"):
            exif = _only_orientation(data[part.content : part.end])
            if exif:
                yield b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
        elif code not in JPEG_LEFT_OUT or (code == 0xE2 and content == COLOUR_PROFILE):
            yield data[part.start : part.end]


def _clean_png(data: mmap) -> Iterator[bytes]:
    yield data[:8]
    for part in png_parts(data, Steps(None)):
        if part.kind == b"eXIf":
            exif = _only_orientation(b"Exif\0\0" + data[part.content : part.end - 4])
            if exif:
                named = b"eXIf" + exif.removeprefix(b"Exif\0\0")
                yield (len(named) - 4).to_bytes(4, "big") + named + zlib.crc32(named).to_bytes(4, "big")
        elif part.kind in PNG_KEPT:
            yield data[part.start : part.end]


def _clean_webp(data: mmap) -> Iterator[bytes]:
    parts = list(webp_parts(data, Steps(None)))
    exif = b"".join(
        _webp_orientation(data[part.content : part.end]) for part in parts if part.kind == b"EXIF"
    )
    kept = [_webp_chunk(data, part, has_exif=bool(exif)) for part in parts if part.kind in WEBP_KEPT]
    kept += [exif] if exif else []
    yield b"RIFF" + (4 + sum(map(len, kept))).to_bytes(4, "little") + b"WEBP"
    yield from kept


def _webp_orientation(exif: bytes) -> bytes:
    """A chunk that says nothing but how to turn the picture. Empty if it is upright."""
    told = _only_orientation(b"Exif\0\0" + exif.removeprefix(b"Exif\0\0")).removeprefix(b"Exif\0\0")
    return b"EXIF" + len(told).to_bytes(4, "little") + told + b"\0" * (len(told) % 2) if told else b""


def _webp_chunk(data: mmap, part: Part, *, has_exif: bool) -> bytes:
    chunk = data[part.start : part.end]
    if part.kind != b"VP8X":
        return chunk
    flags = chunk[8] & ~WEBP_HAS_EXIF_OR_XMP | (WEBP_HAS_EXIF if has_exif else 0)
    return chunk[:8] + bytes([flags]) + chunk[9:]


def _only_orientation(exif: bytes) -> bytes:
    """EXIF that says nothing but how to turn the picture. Empty if it is upright."""
    read, written = Image.Exif(), Image.Exif()
    try:
        read.load(exif)
        turned = int(read.get(ORIENTATION, UPRIGHT))
    except BROKEN:
        return b""
    if not UPRIGHT < turned <= 8:
        return b""
    written[ORIENTATION] = turned
    return b"Exif\0\0" + written.tobytes().removeprefix(b"Exif\0\0")


_CLEANED = {"image/jpeg": _clean_jpeg, "image/png": _clean_png, "image/webp": _clean_webp}
