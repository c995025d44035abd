"""One form for everything that people write in several ways: what is made one when stored is made one when searched."""

import re
import unicodedata

BLANKS = re.compile(r"\s+")


def as_typed(raw: str) -> str:
    """Text as a keyboard would have given it: composed letters, ordinary blanks and digits, nothing invisible.

    Pasted text has no-break and zero-width blanks, marks of direction, letters with their dots apart (й and ё from
    a Mac), wide digits. The same word looks the same on the screen and is another one to a computer.
    """
    composed = unicodedata.normalize("NFKC", raw)
    visible = "".join(c for c in composed if unicodedata.category(c) != "Cf")
    return BLANKS.sub(" ", visible).strip()
