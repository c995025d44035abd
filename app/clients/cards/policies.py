"""Decisions about clients: values in, values out."""

from datetime import date
from typing import NamedTuple

from app.core.emails import normalise_email
from app.core.phones import normalise_phone, split_extension
from app.core.scope import Role, Scope

SEES_PHONES = frozenset({Role.OWNER, Role.SUPERVISOR, Role.DISPATCHER, Role.OPERATOR})

PHONE_PUNCTUATION = str.maketrans("", "", " ()-.")
BORN_SINCE = date(1900, 1, 1)
TAIL_MIN = 4
"""Fewest digits to search by. Fewer would match too many clients."""


def may_be_birthday(day: date, *, today: date) -> bool:
    """Whether the day is from 1900 to today. A mistyped year would lead to messages on a wrong day."""
    return BORN_SINCE <= day <= today


def may_see_phones(scope: Scope) -> bool:
    """Whether this person calls clients. Everybody else sees masked phones: enough to recognise one, not to copy it."""
    return not scope.roles.isdisjoint(SEES_PHONES)


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
    """Each word must occur in the name."""
    digits: str | None
    """The end of a phone, or a whole INN."""
    email: str | None


def read_search(query: str) -> Search:
    """Parse the search text. Digits are the end of a phone, a text with `@` is an e-mail, other text is a name.

    The 8 at the start of a whole Russian number is dropped, because the number is stored with +7.
    """
    digits = query.translate(PHONE_PUNCTUATION).removeprefix("+")
    if digits.isascii() and digits.isdigit() and len(digits) >= TAIL_MIN:
        is_national = len(digits) == 11 and digits[0] == "8"
        return Search([], digits[1:] if is_national else digits, None)
    if "@" in query:
        return Search([], None, query.strip().lower())
    return Search(query.split(), None, None)
