"""Codes that people read off paper and tags: Crockford's base 32 with his check symbol.

No I, L, O, U to confuse; the check symbol finds every wrong and every two swapped characters before
anything is looked up. Crockford's check is modulo 37 and has five symbols outside the alphabet
(`*~$=U`): codes that would need one are drawn again, so a code is letters and digits only.
"""

import secrets

from app.core.folding import fold_code

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("ILO", "110")

ACT_CODE_LENGTH = 12
TAG_CODE_LENGTH = 10


def draw_code(length: int) -> str:
    """A code of `length` random characters (5 bits each) and the check symbol, which adds nothing.

    Drawing again costs 0.2 bits: an act's code has 59.8 bits, a tag's 49.8. Among a million tags one
    guess in a thousand million hits, and `guesses` lets an address miss 30 times an hour. A tag may
    be shorter because it is typed by hand and opens nothing personal.
    """
    while True:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(length))
        check = _check_value(drawn)
        if check < len(ALPHABET):
            return drawn + ALPHABET[check]


def read_code(written: str, length: int) -> str | None:
    """A code as a person types it: small letters, O for 0, I and L for 1, Russian letters, blanks and dashes.

    None when it cannot be one of ours: wrong length, foreign characters, or the check symbol differs.
    """
    code = fold_code(written).translate(MISREAD)
    if len(code) != length + 1 or not set(code) <= set(ALPHABET):
        return None
    return code if _check_value(code[:-1]) == ALPHABET.index(code[-1]) else None


def show_code(code: str) -> str:
    """In groups of four, as it is printed: `7H3K-9QXM-2WA`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _check_value(code: str) -> int:
    value = 0
    for character in code:
        value = value * 32 + ALPHABET.index(character)
    return value % 37
