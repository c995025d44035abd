"""Decisions about clients: values in, values out."""

import re
from datetime import date
from typing import NamedTuple

from app.core.emails import fold_email, normalise_email
from app.core.folding import as_typed, fold
from app.core.phones import normalise_phone, read_phone, split_extension

PHONE_PUNCTUATION = re.compile(r"[\s().\-‐-―−]")
BORN_SINCE = date(1900, 1, 1)
TAIL_MIN = 4
"""Fewest digits to search by. Fewer would match too many clients."""


def may_be_birthday(day: date, *, today: date) -> bool:
    """Whether the day is from 1900 to today. A mistyped year would lead to messages on a wrong day."""
    return BORN_SINCE <= day <= today


def normalise_contact(kind: str, raw: str) -> str:
    """The form in which a contact is stored and compared.

    Raises:
        PhoneInvalid, EmailInvalid: `raw` is no phone or no e-mail.
    """
    return normalise_phone(raw) if kind == "phone" else normalise_email(raw)


def may_be_for_sms(kind: str, value: str) -> bool:
    """Whether somebody may say that messages go there. He knows better than we what a number is, but behind an
    extension is no phone that shows a text."""
    return kind == "phone" and not split_extension(value)[1]


class Search(NamedTuple):
    """The parsed text of the search field."""

    words: list[str]
    """Each word must occur in the name. They are folded."""
    digits: str | None = None
    """The end of a phone, or a whole INN."""
    extension: str = ""
    """Of the phone. Empty: any, or none."""
    email: str | None = None


def read_search(query: str) -> Search:
    """Parse the search text. Digits are the end of a phone, a text with `@` is an e-mail, other text is a name.

    The 8 at the start of a whole Russian number is dropped, because the number is stored with +7.
    """
    typed = as_typed(query)
    digits = PHONE_PUNCTUATION.sub("", typed).removeprefix("+")
    if digits.isascii() and digits.isdigit() and len(digits) >= TAIL_MIN:
        is_national = len(digits) == 11 and digits[0] == "8"
        return Search([], digits[1:] if is_national else digits)
    if "@" in typed:
        return Search([], email=fold_email(typed))
    if phone := read_phone(typed):
        number, extension = split_extension(phone)
        return Search([], number.removeprefix("+"), extension)
    return Search(fold(typed).split() or [typed])
