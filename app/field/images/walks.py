"""The structure of image files: where their parts begin and end.

A file is made by whoever wants to, so how long we look at it must not depend on what is in it. Runs of equal bytes
and compressed data are passed over by searches in C, a megabyte at a time so that other threads get their turn, and
everything that takes a step of Python is counted.
"""

import re
import zlib
from collections.abc import Iterator
from mmap import mmap
from typing import NamedTuple

STEPS_MAX = 20_000
"""Ten times what the most divided photographs have. Takes about 50 ms here, and as long again in the decoder."""
FILL_BYTES_PER_STEP = 8
"""The decoder reads fill bytes one by one."""
SLICE = 1_000_000


class ImageRefused(Exception):
    """`code` says why; `params` name a limit."""

    def __init__(self, code: str, **params: int) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


class Steps:
    """How many more steps may be taken through one file."""

    def __init__(self, most: int | None = STEPS_MAX) -> None:
        self._left = most

    def take(self, count: int = 1) -> None:
        """Raises ImageRefused when there are none left."""
        if self._left is not None:
            self._left -= count
            if self._left < 0:
                raise ImageRefused("image_too_divided")


class Part(NamedTuple):
    kind: bytes
    """The marker of a JPEG segment (one byte), or the name of a chunk."""
    start: int
    end: int
    content: int
    """Position of its content."""


FILL = re.compile(rb"\xff*")
ZEROS = re.compile(rb"\x00*")
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends compressed data: 0xFF, but not followed by zero, a restart or another 0xFF."""
EOI, SOS = b"\xd9", b"\xda"
ALONE = {bytes([0x01]), *(bytes([number]) for number in range(0xD0, 0xD8))}
"""Markers without length and content."""


def jpeg_parts(data: mmap, start: int, steps: Steps) -> Iterator[Part]:
    """Its segments; the last one is the end of the image. Compressed data belongs to the scan before it.

    Raises:
        IndexError: the file ends before it.
        ImageRefused: no JPEG, or too many parts.
    """
    at = start + 2
    while True:
        if data[at] != 0xFF:
            raise ImageRefused("not_an_image")
        run = end_of_run(FILL, data, at)
        steps.take(1 + (run - at) // FILL_BYTES_PER_STEP)
        kind = bytes([data[run]])
        if kind == EOI:
            yield Part(EOI, run - 1, run + 1, run + 1)
            return
        end = run + 1 if kind in ALONE else run + 1 + number(data, run + 1, 2, "big")
        if kind == SOS:
            end = _end_of_scan(data, end)
        yield Part(kind, run - 1, end, run + 3)
        at = end


def _end_of_scan(data: mmap, at: int) -> int:
    """Position of the first marker after compressed data."""
    while at < len(data):
        if found := MARKER.search(data, at, at + SLICE + 1):
            return found.start()
        at += SLICE
    raise IndexError


def end_of_run(pattern: re.Pattern[bytes], data: mmap, at: int) -> int:
    """Position of the first byte that is another."""
    while True:
        found = pattern.match(data, at, at + SLICE)
        end = found.end() if found else at
        if end < at + SLICE:
            return end
        at = end


def png_parts(data: mmap, steps: Steps) -> Iterator[Part]:
    """Its chunks, each with a right checksum.

    Raises:
        IndexError: the file ends before it.
        ImageRefused: a wrong checksum, or too many parts.
    """
    at = 8
    while True:
        steps.take()
        length = number(data, at, 4, "big")
        name_and_content = data[at + 4 : at + 8 + length]
        if zlib.crc32(name_and_content) != number(data, at + 8 + length, 4, "big"):
            raise ImageRefused("not_an_image")
        yield Part(name_and_content[:4], at, at + 12 + length, at + 8)
        at += 12 + length
        if name_and_content[:4] == b"IEND":
            return


def webp_parts(data: mmap, steps: Steps) -> Iterator[Part]:
    """Its chunks with their padding."""
    at, end = 12, 8 + number(data, 4, 4, "little")
    while at + 8 <= end:
        steps.take()
        length = number(data, at + 4, 4, "little")
        yield Part(data[at : at + 4], at, at + 8 + length + length % 2, at + 8)
        at += 8 + length + length % 2


def number(data: mmap, at: int, length: int, order: str) -> int:
    """Read an unsigned number of `length` bytes; `order` is big or little.

    Raises:
        IndexError: the file ends before it.
    """
    content = data[at : at + length]
    if len(content) < length:
        raise IndexError
    return int.from_bytes(content, "big" if order == "big" else "little")
