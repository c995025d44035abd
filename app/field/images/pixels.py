"""Whether a PNG or a WebP has all its pixels. Its chunks may be whole and the compressed data in them end too early.

The data of a PNG is unpacked a piece at a time and thrown away. Nothing beyond what the header announces is unpacked,
so a file takes no longer than an honest one of its size: at most 400 MB, about a second. A WebP is decoded, because
nothing else knows where its pixels end, and one at a time: the largest takes 100 MB of memory and a second.
"""

import zlib
from collections.abc import Iterator
from mmap import mmap
from threading import Lock
from typing import IO

from PIL import Image

from app.field.images.walks import ImageRefused, Steps, number, png_parts

ONE_WEBP = Lock()
PIECE = 65_536
"""Compressed bytes that are handed over at a time."""
UNPACKED_AT_ONCE = 1_000_000
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By the colour type of the header."""
PASSES = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""Of an interlaced picture: the first column and row, and the steps to the next ones."""


def check_png_pixels(data: mmap) -> None:
    """
    Raises:
        ImageRefused: the pixels end too early, or cannot be unpacked.
    """
    missing = _unpacked_size(data)
    try:
        for unpacked in _unpacked_lengths(data):
            missing -= unpacked
            if missing <= 0:
                return
    except zlib.error as error:
        raise ImageRefused("not_an_image") from error
    raise ImageRefused("image_truncated")


def check_webp_pixels(file: IO[bytes]) -> None:
    """
    Raises:
        ImageRefused: the pixels end too early, or cannot be decoded.
    """
    with ONE_WEBP, Image.open(file, formats=["WEBP"]) as image:
        try:
            image.load()
        except (OSError, ValueError) as error:
            raise ImageRefused("image_truncated") from error


def _unpacked_size(data: mmap) -> int:
    """Bytes of all rows, each with the byte that names its filter."""
    width, height = number(data, 16, 4, "big"), number(data, 20, 4, "big")
    depth, colour, interlaced = data[24], data[25], data[28]
    if colour not in CHANNELS:
        raise ImageRefused("not_an_image")
    bits = depth * CHANNELS[colour]
    if not interlaced:
        return _rows(width, height, bits)
    return sum(
        _rows(-(-(width - x) // across), -(-(height - y) // down), bits) for x, y, across, down in PASSES
    )


def _rows(width: int, height: int, bits: int) -> int:
    return height * (1 + (width * bits + 7) // 8) if width > 0 and height > 0 else 0


def _unpacked_lengths(data: mmap) -> Iterator[int]:
    unpacker = zlib.decompressobj()
    for piece in _pieces(data):
        packed = piece
        while packed and not unpacker.eof:
            yield len(unpacker.decompress(packed, UNPACKED_AT_ONCE))
            packed = unpacker.unconsumed_tail


def _pieces(data: mmap) -> Iterator[bytes]:
    """The compressed data. The chunks have been counted already."""
    for part in png_parts(data, Steps(None)):
        if part.kind == b"IDAT":
            for start in range(part.content, part.end - 4, PIECE):
                yield data[start : min(start + PIECE, part.end - 4)]
