"""Counts how many SMS a text costs."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
"""Each of these is sent as an escape and a letter, so it takes two units."""


class Alphabet(StrEnum):
    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


SINGLE = {Alphabet.GSM_7: 160, Alphabet.UCS_2: 70}
JOINED = {Alphabet.GSM_7: 153, Alphabet.UCS_2: 67}
"""Units of one part of a longer message. The rest of the part holds its number."""


class Segments(NamedTuple):
    alphabet: Alphabet
    units: int
    """Septets, or UTF-16 code units."""
    parts: int
    """Number of SMS that are sent and billed."""


def count_segments(text: str) -> Segments:
    """Count a text as operators do. One letter outside GSM 03.38 (Я, «, №, –) turns the whole text into UCS-2."""
    alphabet = Alphabet.GSM_7 if GSM_BASIC.union(GSM_EXTENDED).issuperset(text) else Alphabet.UCS_2
    widths = [_width(letter, alphabet) for letter in text]
    units = sum(widths)
    parts = 1 if units <= SINGLE[alphabet] else _parts(widths, JOINED[alphabet])
    return Segments(alphabet, units, parts)


def _width(letter: str, alphabet: Alphabet) -> int:
    wide = letter in GSM_EXTENDED if alphabet is Alphabet.GSM_7 else ord(letter) > 0xFFFF
    return 2 if wide else 1


def _parts(widths: Iterable[int], room: int) -> int:
    """Number of parts. An escape pair or a surrogate pair is never split between two parts."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts
