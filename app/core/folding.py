"""One form for everything that people write in several ways: what is made one when stored is made one when searched."""

import re
import unicodedata

APOSTROPHES = "'’‘ʼʹ′`´"
INVISIBLE = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
MARKS = rf"[\u0300-\u036f{INVISIBLE}]"
"""Accents and the dots of ё and й, when letters are taken apart, and what nobody sees."""
SEPARATORS = r"[\u0009-\u000d\u0020-\u0022\u0028\u0029\u002c-\u002f\u003a\u003b\u003f\u005b-\u005d\u0085\u00a0\u00ab\u00bb\u1680\u2010-\u2015\u2018-\u201f\u2028\u2029\u2039\u203a\u2212\u2e3a\u2e3b\u3000]+"  # noqa: E501
"""Blanks, dashes, quotes and stops. `%`, `_`, `&` and `+` stay."""

LOOKALIKES = str.maketrans("АВЕЗКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABE3KMHOPCTYXIJSABEZHIKMNOPTYX")
"""Capital letters of Russian and Greek, and the Latin ones that look the same on paper."""


def as_typed(raw: str) -> str:
    """Text as a keyboard would have given it: composed letters, ordinary blanks and digits, nothing invisible.

    Pasted text has no-break and zero-width blanks, marks of direction, letters with their dots apart (й and ё from
    a Mac), wide digits. The same word looks the same on the screen and is another one to a computer.
    """
    composed = unicodedata.normalize("NFKC", raw)
    visible = "".join(c for c in composed if unicodedata.category(c) != "Cf")
    return " ".join(visible.split())


def composed(raw: str) -> str:
    """A name as it is stored and printed: letters with their dots, without blanks around it."""
    return unicodedata.normalize("NFC", raw).strip()


def fold(raw: str) -> str:
    """The form in which names are compared: `ООО «Йод‑Ё»` -> `ооо иод е`.

    Small letters without accents and apostrophes; dashes, quotes and stops are blanks. `folded_sql` is the same for
    the database. A test holds them equal.
    """
    apart = unicodedata.normalize("NFKD", raw.translate(_NO_APOSTROPHES))
    plain = re.sub(MARKS, "", "".join(_lower(c) for c in apart))
    return re.sub(SEPARATORS, " ", plain).strip(" ")


def folded_sql(column: str) -> str:
    """`fold` as SQL, for a generated column. Colons are written so that SQLAlchemy sees no parameter in them."""
    apart = f"normalize(translate({column}, {_quoted(APOSTROPHES)}, ''), NFKD)"
    plain = f"regexp_replace(lower({apart}), '{MARKS}', '', 'g')"
    return f"btrim(regexp_replace({plain}, '{SEPARATORS}', ' ', 'g'))"


def words_of(raw: str) -> list[str]:
    """The words that somebody typed, with their accents and capitals: `Йод‑Ё` -> `Йод`, `Ё`."""
    return re.sub(SEPARATORS, " ", as_typed(raw)).split()


def fold_code(raw: str) -> str:
    """The form in which codes, serial numbers and labels are compared: capital letters without blanks and dashes,
    look-alikes of other alphabets as Latin ones. `о–1` (Russian) -> `O1`."""
    bare = re.sub(rf"{SEPARATORS}|_", "", as_typed(raw))
    return unicodedata.normalize("NFKC", bare.upper().translate(LOOKALIKES))


_NO_APOSTROPHES = dict.fromkeys(map(ord, APOSTROPHES))


def _lower(character: str) -> str:
    """One letter stays one, as in the database."""
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _quoted(written: str) -> str:
    return "'" + written.replace("'", "''") + "'"
