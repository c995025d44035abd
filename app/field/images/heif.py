"""The structure of HEIC files: boxes of (size, name, content), of which `meta` names the size of each picture."""

from collections.abc import Iterator
from itertools import groupby
from mmap import mmap
from typing import NamedTuple

from app.field.images.hevc import coded_sizes, is_shown_of
from app.field.images.trailers import has_something_active
from app.field.images.walks import ImageRefused, Part, Steps, number

HEIF = rb"....ftyp(?:hei[cmsx]|he[vi][cmsx]|mif1|msf1|avif|avis|miaf)"
STILL = (b"heic", b"heix", b"heim", b"heis", b"mif1")
"""Major brands of single pictures. `mif1` says nothing of how they are coded; the others are films."""
FILMS = (b"hevc", b"hevx", b"hevm", b"hevs", b"msf1", b"avis")
CODED_AS_HEVC = {b"heic", b"heix", b"heim", b"heis"}
PASSIVE = (b"free", b"skip", b"wide", b"uuid", b"mpvd", b"sefd")
"""Room, and what phones add: the film of a motion photo, Samsung's trailer."""
LARGE = (b"mdat", b"meta", *PASSIVE)
END_OF_ZIP = b"PK\x05\x06"
ZIP_COMMENT_MAX = 65_535


def walk_heif(data: mmap, steps: Steps) -> tuple[int, int]:
    """Check that a file is one HEIC picture and nothing else. Returns width and height of the largest picture in it.

    Raises:
        IndexError: the file ends too early.
        ImageRefused: a film, another kind of HEIF, or something that does not belong there.
    """
    sizes: list[tuple[int, int]] = []
    for box in _boxes(data, 0, len(data), steps):
        if box.start == 0:
            _check_brands(data, box)
        elif box.kind == b"meta":
            sizes += _sizes_of(data, box, steps).shown
        elif box.kind == b"moov":
            raise ImageRefused("image_animated")
        elif box.kind in PASSIVE:
            if has_something_active(data, box.content, box.end):
                raise ImageRefused("image_has_more")
        elif box.kind != b"mdat":
            raise ImageRefused("image_has_more")
    if _is_zip_too(data):
        raise ImageRefused("image_has_more")
    if any(begin > end for begin, end, _ in described_spans(data, steps)):
        raise IndexError
    if not sizes:
        raise ImageRefused("not_an_image")
    return max(sizes, key=_pixels)


def _pixels(size: tuple[int, int]) -> int:
    return size[0] * size[1]


def _boxes(data: mmap, at: int, end: int, steps: Steps) -> Iterator[Part]:
    while at < end:
        steps.take()
        length = number(data, at, 4, "big")
        content = at + 8
        if length == 1:
            length = number(data, at + 8, 8, "big")
            content = at + 16
        if length == 0:  # up to the end of the file
            length = end - at
        if length < content - at:
            raise ImageRefused("not_an_image" if at == 0 else "image_has_more")
        if at + length > end:
            if data[at + 4 : at + 8] in LARGE:
                raise IndexError  # it was cut off
            raise ImageRefused("image_has_more")
        yield Part(data[at + 4 : at + 8], at, at + length, content)
        at += length


def _check_brands(data: mmap, box: Part) -> None:
    major = data[box.content : box.content + 4]
    named = data[box.content : box.end]
    brands = {major, *(named[at : at + 4] for at in range(8, len(named), 4))}
    if major in FILMS:
        raise ImageRefused("image_animated")
    if major not in STILL or not brands & CODED_AS_HEVC:
        raise ImageRefused("image_other_heif")


class _Sizes(NamedTuple):
    """Widths and heights of the pictures in a file: the whole, its tiles, a thumbnail."""

    shown: list[tuple[int, int]]
    """As the file says it."""
    coded: list[tuple[int, int]]
    """As the decoder finds them."""


def _sizes_of(data: mmap, meta: Part, steps: Steps) -> _Sizes:
    """The sizes in `ispe` and `hvcC` of `meta` > `iprp` > `ipco`. `meta` and `ispe` begin with four bytes of flags."""
    sizes = _Sizes([], [])
    for part in _boxes(data, meta.content + 4, meta.end, steps):
        if part.kind != b"iprp":
            continue
        for properties in _boxes(data, part.content, part.end, steps):
            if properties.kind != b"ipco":
                continue
            for one in _boxes(data, properties.content, properties.end, steps):
                if one.kind == b"ispe":
                    sizes.shown.append(_two(data, one.content + 4, 4))
                elif one.kind == b"hvcC":
                    sizes.coded.extend(coded_sizes(data, one, steps))
    return sizes


def _two(data: mmap, at: int, width: int) -> tuple[int, int]:
    return number(data, at, width, "big"), number(data, at + width, width, "big")


def check_pictures(data: mmap, steps: Steps) -> None:
    """The pictures are there, and no larger than the file says of itself.

    A file may hold a few small pictures and one that is put together of tiles (`grid`).

    Raises:
        IndexError: the bytes of a picture are not in the file.
        ImageRefused: a picture has another size than the file says.
    """
    sizes = _Sizes([], [])
    for meta in (box for box in _boxes(data, 0, len(data), steps) if box.kind == b"meta"):
        found = _sizes_of(data, meta, steps)
        sizes.shown.extend(found.shown)
        sizes.coded.extend(found.coded)
    _check_sizes(sizes, list(_grids(data, steps)))


def _grids(data: mmap, steps: Steps) -> Iterator[tuple[int, int]]:
    """Widths and heights of pictures that are put together of tiles.

    Raises:
        IndexError: the bytes of a picture are not in the file.
    """
    for kind, begin, length in _pictures(data, steps):
        if length == 0:
            raise IndexError
        if kind == b"grid":
            yield _two(data, begin + 4, 4 if data[begin + 1] & 1 else 2)


def _check_sizes(sizes: _Sizes, grids: list[tuple[int, int]]) -> None:
    are_named = all(grid in sizes.shown for grid in grids) and all(
        any(is_shown_of(shown, coded) for shown in sizes.shown) for coded in sizes.coded
    )
    largest = max(sizes.shown, key=_pixels)
    is_there = bool(grids) or any(is_shown_of(largest, coded) for coded in sizes.coded)
    if not (are_named and is_there):
        raise ImageRefused("image_of_another_size")


def _pictures(data: mmap, steps: Steps) -> Iterator[tuple[bytes, int, int]]:
    """What is coded or put together: kind, where its first part begins, and the bytes of all parts."""
    for item, parts in groupby(_items(data, steps), key=lambda one: (one[0], one[3])):
        if item[1] in PICTURES:
            spans = [(begin, length) for _, begin, length, _ in parts]
            if any(begin + length > len(data) for begin, length in spans):
                raise IndexError
            yield item[1], spans[0][0], sum(length for _, length in spans)


def _is_zip_too(data: mmap) -> bool:
    """A ZIP is read from its end: a sign, 16 bytes, and the length of a comment that ends with the file."""
    at = len(data)
    oldest = max(0, len(data) - ZIP_COMMENT_MAX - 22)
    while (at := data.rfind(END_OF_ZIP, oldest, at)) >= 0:
        if at + 22 <= len(data) and at + 22 + number(data, at + 20, 2, "little") == len(data):
            return True
    return False


def passive_spans(data: mmap, steps: Steps) -> Iterator[tuple[int, int]]:
    """Where the contents of the boxes lie that no picture needs: begin and end."""
    for box in _boxes(data, 0, len(data), steps):
        if box.kind in PASSIVE:
            yield box.content, box.end


def described_spans(data: mmap, steps: Steps) -> Iterator[tuple[int, int, bool]]:
    """Where the items lie that say something of the picture and are none: EXIF, XMP and others.

    Begin and end in the file, and whether it is EXIF. An item may lie in several parts.

    Raises:
        IndexError: the file ends too early.
        ImageRefused: it is divided into too many parts.
    """
    for _, begin, length, kind in _items(data, steps):
        if kind in DESCRIBING:
            yield begin, min(begin + length, len(data)), kind == b"Exif"


def _items(data: mmap, steps: Steps) -> Iterator[tuple[int, int, int, bytes | None]]:
    """The number of each item with the begin and length of its parts, and its kind."""
    for meta in (box for box in _boxes(data, 0, len(data), steps) if box.kind == b"meta"):
        parts = {one.kind: one for one in _boxes(data, meta.content + 4, meta.end, steps)}
        if b"iinf" not in parts or b"iloc" not in parts:
            continue
        kinds = dict(_kinds_of_items(data, parts[b"iinf"], steps))
        in_meta = parts[b"idat"].content if b"idat" in parts else 0
        for item, begin, length in _extents(data, parts[b"iloc"], in_meta, steps):
            yield item, begin, length, kinds.get(item)


DESCRIBING = (b"Exif", b"mime", b"uri ")
PICTURES = (b"hvc1", b"grid", b"iden", b"iovl")


def _kinds_of_items(data: mmap, iinf: Part, steps: Steps) -> Iterator[tuple[int, bytes]]:
    """The number of each item with its kind."""
    wide = data[iinf.content] > 0
    for entry in _boxes(data, iinf.content + (8 if wide else 6), iinf.end, steps):
        version, at = data[entry.content], entry.content + 4
        width = 4 if version >= 3 else 2
        if entry.kind == b"infe" and version >= 2:
            yield number(data, at, width, "big"), data[at + width + 2 : at + width + 6]


def _extents(data: mmap, iloc: Part, in_meta: int, steps: Steps) -> Iterator[tuple[int, int, int]]:
    """The number of each item with the begin and length of its parts, by ISO/IEC 14496-12, 8.11.3."""
    version, at = data[iloc.content], iloc.content + 4
    offset_size, length_size = data[at] >> 4, data[at] & 15
    base_size, index_size = data[at + 1] >> 4, data[at + 1] & 15 if version else 0
    wide = 4 if version == 2 else 2
    count, at = number(data, at + 2, wide, "big"), at + 2 + wide
    for _ in range(count):
        steps.take()
        item, at = number(data, at, wide, "big"), at + wide
        is_in_meta = False
        if version:
            is_in_meta, at = number(data, at, 2, "big") & 15 == 1, at + 2
        base, at = number(data, at + 2, base_size, "big") if base_size else 0, at + 2 + base_size
        parts, at = number(data, at, 2, "big"), at + 2
        for _ in range(parts):
            steps.take()
            at += index_size
            offset, at = number(data, at, offset_size, "big") if offset_size else 0, at + offset_size
            length, at = number(data, at, length_size, "big") if length_size else 0, at + length_size
            yield item, base + offset + (in_meta if is_in_meta else 0), length
