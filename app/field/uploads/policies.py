"""How a file may arrive. Sizes are in bytes."""

from datetime import timedelta
from typing import NamedTuple

from app.core.errors import DomainError

PIECE_BYTES = 1_048_576
"""A chunk is stored in pieces of this size, so that a request holds no more than that in memory."""
KEEP_AFTER_S = 10.0
"""What has come of a chunk is stored after this time at the latest: a slow phone loses little if anything dies."""
IDLE_S = 60.0
"""A phone that sends nothing for so long is cut off. It can go on where it was."""
CHECKED_BYTES_MAX = 4 * PIECE_BYTES
"""A chunk with a checksum is kept only as a whole, so it lies in memory as a whole."""
PARTS_MAX = 4_000
READ_AHEAD = 4
"""So many parts are read at a time when the file is put together: at most so many pieces lie in memory."""
FINISH_AFTER = timedelta(minutes=2)
"""The request with the last byte puts the file together. If it dies, the background process does it after this time."""


class UploadOffsetWrong(DomainError):
    """The chunk does not begin where the file ends so far. `upload_offset` is where to go on."""

    code = "upload_offset_wrong"


class UploadTooLong(DomainError):
    """The chunk would go beyond the declared size. Nothing of it is kept."""

    status = 413
    code = "upload_too_long"


class TooManyParts(DomainError):
    """The file came in too many small parts. It can still be sent as a whole."""

    code = "too_many_parts"


class Progress(NamedTuple):
    """How far a file has come."""

    size: int
    received: int
    part_count: int = 0


def check_chunk(progress: Progress, *, offset: int, length: int) -> None:
    """Refuse bytes that cannot be added now. `length` is 0 while it is not known.

    Raises:
        UploadOffsetWrong, UploadTooLong, TooManyParts: see there.
    """
    if offset != progress.received:
        raise UploadOffsetWrong(upload_offset=progress.received)
    if offset + length > progress.size:
        raise UploadTooLong(declared_size=progress.size, upload_offset=progress.received)
    if length and progress.part_count >= PARTS_MAX:
        raise TooManyParts(limit=PARTS_MAX, upload_offset=progress.received)


def check_repeated(progress: Progress, *, offset: int, length: int) -> None:
    """Refuse bytes that a stored file does not have. `length` is 0 while it is not known.

    Raises:
        UploadOffsetWrong: they begin after its end.
        UploadTooLong: they go beyond its end.
    """
    if offset > progress.size:
        raise UploadOffsetWrong(upload_offset=progress.size)
    if offset + length > progress.size:
        raise UploadTooLong(declared_size=progress.size, upload_offset=progress.size)


LOOK_FOR_STRAYS_AFTER = timedelta(hours=12)
"""Twice a day, so that an object without a row is gone within a day also if one look is lost."""


class FileState(NamedTuple):
    """What the database knows of a file."""

    is_stored: bool
    is_placeless: bool = False
    """Whether a copy without the place is kept in its stead."""
    is_being_cleared: bool = False
    """Whether that copy is being made."""


def is_stray(kind: str, state: FileState | None, *, is_half_written: bool) -> bool:
    """Whether nobody needs an object of this kind any more. `state` is None if its row is gone.

    What belongs to an upload that still goes on stays.
    """
    if state is None:
        return True
    if kind == "part":
        return state.is_stored
    if state.is_stored and not state.is_being_cleared and (kind == "placeless") != state.is_placeless:
        return kind in ("attachment", "placeless")
    return kind in ("attachment", "placeless") and state.is_stored and is_half_written
