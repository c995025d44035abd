"""What phones append to a JPEG: zeros, further JPEGs (depth and light maps), the film of a motion photo, or Samsung's
trailer. Anything else could make the file valid as another type too."""

from mmap import mmap

from app.field.images.walks import SLICE, ZEROS, ImageRefused, Steps, end_of_run, jpeg_parts

SOMETHING_ACTIVE = (b"pk\x03\x04", b"pk\x05\x06", b"%pdf-", b"<?php", b"<script", b"<html", b"<svg")
LONGEST = max(map(len, SOMETHING_ACTIVE))
SAMSUNG_BLOCKS_MAX = 1_000


def is_camera_trailer(data: mmap, end: int, steps: Steps) -> bool:
    """Whether phones add what stands from `end` on."""
    if has_something_active(data, end, len(data)):
        return False
    at = end
    while at < len(data):
        steps.take()
        if data[at] == 0:
            at = _after_zeros(data, at)
            if data[at + 4 : at + 8] == b"ftyp":
                break
        elif data[at : at + 2] == b"\xff\xd8":
            try:
                *_, last = jpeg_parts(data, at, steps)
            except (IndexError, ImageRefused):
                return False
            at = last.end
        else:
            break
    return at == len(data) or _is_film(data, at, steps) or _is_samsung_trailer(data, end)


def has_something_active(data: mmap, at: int, end: int) -> bool:
    """In capitals or not. `re` would take seconds."""
    while at < end:
        part = data[at : min(at + SLICE + LONGEST, end)].lower()
        if any(sign in part for sign in SOMETHING_ACTIVE):
            return True
        at += SLICE
    return False


def _after_zeros(data: mmap, at: int) -> int:
    """After a run of zeros, or at the film in it: the size of a film begins with zeros too."""
    end = end_of_run(ZEROS, data, at)
    for film in range(max(at, end - 3), end):
        if data[film + 4 : film + 8] == b"ftyp":
            return film
    return end


def _is_film(data: mmap, at: int, steps: Steps) -> bool:
    """Whether an MP4 fills the rest of the file: boxes of (size, name, content), the first named `ftyp`."""
    if data[at + 4 : at + 8] != b"ftyp":
        return False
    while at + 8 <= len(data):
        steps.take()
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
    entries = range(directory + 12, len(data) - 8, 12)
    if count > SAMSUNG_BLOCKS_MAX or len(entries) != count:
        return False
    offsets = [int.from_bytes(data[entry + 4 : entry + 8], "little") for entry in entries]
    return directory - max(offsets, default=0) == start
