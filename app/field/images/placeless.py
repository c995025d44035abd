"""The copy of a photo that is stored in the place of the original if nobody may know where it was taken.

A JPEG, PNG or WebP keeps its pixels and nothing that the camera wrote, like the copy that is served. In a HEIC, whose
parts are found by their positions, what the camera wrote is overwritten.
"""

import asyncio
import hashlib
from functools import partial
from mmap import ACCESS_COPY, ACCESS_READ, mmap
from tempfile import TemporaryFile
from typing import IO

from app.db.files import CHUNK_BYTES
from app.field.images.cleaning import clean_copy
from app.field.images.heif import described_spans, passive_spans
from app.field.images.threads import EXAMINERS
from app.field.images.walks import Steps

NAMES_OF_PLACES = (b"GPSLatitude", b"GPSCoordinates", b"\xa9xyz", b"location.ISO6709")
"""In XMP, and in the films of motion photos."""
EMPTY_EXIF = b"\0\0\0\6Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"
"""With the offset that HEIC puts before it: a header and no entries."""


def names_place(file: IO[bytes]) -> bool:
    """Whether something beside its EXIF data may say where a photo was taken. The file stays at its beginning."""
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return any(data.find(name) >= 0 for name in NAMES_OF_PLACES)


async def make_placeless(file: IO[bytes], content_type: str) -> tuple[IO[bytes], bytes]:
    """`placeless_copy` in a thread, and the SHA-256 of the copy."""
    make = partial(_with_hash, file, content_type)
    return await asyncio.get_running_loop().run_in_executor(EXAMINERS, make)


def _with_hash(file: IO[bytes], content_type: str) -> tuple[IO[bytes], bytes]:
    copy = placeless_copy(file, content_type)
    digest = hashlib.sha256()
    while chunk := copy.read(CHUNK_BYTES):
        digest.update(chunk)
    copy.seek(0)
    return copy, digest.digest()


def placeless_copy(file: IO[bytes], content_type: str) -> IO[bytes]:
    """A temporary file at its beginning. `file` has been examined before; it is closed."""
    if content_type != "image/heic":
        return clean_copy(file, content_type)
    copy = TemporaryFile()  # noqa: SIM115  # the caller closes it
    with file, mmap(file.fileno(), 0, access=ACCESS_COPY) as data:
        _overwrite(data)
        copy.write(data)
    copy.seek(0)
    return copy


def _overwrite(data: mmap) -> None:
    for begin, end in list(passive_spans(data, Steps(None))):
        data[begin:end] = bytes(end - begin)
    for begin, end, is_exif in list(described_spans(data, Steps(None))):
        has_room = is_exif and end - begin >= len(EMPTY_EXIF)
        data[begin:end] = (EMPTY_EXIF if has_room else b"").ljust(end - begin, b"\0")
