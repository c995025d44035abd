"""What a browser asks for, read from its headers (RFC 9110): which encoding, which version, which part of a file."""

import re
from typing import NamedTuple

SPAN = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.ASCII)
TAG = re.compile(r'(?:W/)?("[^"]*")')
DIGITS_MAX = 18
"""Longer numbers are no places in a file."""


class Span(NamedTuple):
    """Bytes of a file, the last one included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class RangeNotSatisfiable(ValueError):
    """The file has none of the bytes that are asked for."""


def accepts(accept_encoding: str, encoding: str) -> bool:
    """Whether the browser takes this encoding. What it does not name it does not take; `q=0` refuses it."""
    for part in accept_encoding.lower().split(","):
        name, _, quality = part.replace(" ", "").partition(";q=")
        if name == encoding:
            return quality.strip("0.") != "" or not quality
    return False


def has_version(if_none_match: str, etag: str) -> bool:
    """Whether the browser has this version already. The weak comparison: `W/` makes no difference."""
    return if_none_match.strip() == "*" or etag in TAG.findall(if_none_match)


def span_of(header: str | None, size: int) -> Span | None:
    """The part of a file of `size` bytes that `Range` names. None: the whole file is answered.

    That is so without the header, and for what we do not understand or do not give: other units and several
    parts at once.

    Raises:
        RangeNotSatisfiable: the file ends before it.
    """
    asked = SPAN.fullmatch(header or "")
    if asked is None or max(map(len, asked.groups())) > DIGITS_MAX:
        return None
    begin, end = asked.groups()
    if not begin and not end:
        return None
    if not begin:  # the last so many bytes
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(begin), min(int(end), size - 1) if end else size - 1
        if end and int(end) < first:
            return None
    if first > last:
        raise RangeNotSatisfiable
    return Span(first, last)
