"""What Kannel says of a text that came, in the words of our address: `from`, `text`, `charset`, `coding`, `id`."""

from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from app.core.phones import read_phone

UCS_2 = "2"
GET_URL = "?from=%p&text=%b&coding=%c&charset=%C&id=%I&sig="
"""Kannel fills in its `%` codes. `%b` is the text as it came, byte by byte."""


class Received(NamedTuple):
    """A text that somebody wrote."""

    value: str
    body: str
    external_id: str


def read_kannel(query: bytes) -> Received:
    """The text in a query of Kannel. What cannot be decoded becomes U+FFFD: a stop is never lost by a wrong byte."""
    raw = dict(_pairs(query))
    written = _decode(raw.get("text", b""), raw.get("charset", b""), raw.get("coding", b""))
    sender = raw.get("from", b"").decode("ascii", "replace").strip()
    return Received(
        read_phone(sender) or read_phone(f"+{sender}") or sender,
        written.replace("\0", "").strip()[:2000],
        raw.get("id", b"").decode("ascii", "replace")[:100],
    )


def _pairs(query: bytes) -> list[tuple[str, bytes]]:
    split = [pair.partition(b"=") for pair in query.split(b"&")]
    return [
        (name.decode("ascii", "replace"), unquote_to_bytes(value.replace(b"+", b" ")))
        for name, _, value in split
    ]


def _decode(raw: bytes, charset: bytes, coding: bytes) -> str:
    if coding.decode("ascii", "replace") == UCS_2 or charset.upper().startswith(b"UTF-16"):
        return raw.decode("utf-16-be", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
