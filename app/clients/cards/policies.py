"""Decisions about clients: values in, values out."""

from datetime import date
from typing import NamedTuple

from app.core.emails import normalise_email
from app.core.phones import normalise_phone
from app.core.scope import Role, Scope

SEES_PHONES = frozenset({Role.OWNER, Role.SUPERVISOR, Role.DISPATCHER, Role.OPERATOR})

PHONE_PUNCTUATION = str.maketrans("", "", " ()-.")
BORN_SINCE = date(1900, 1, 1)
TAIL_MIN = 4
"""Fewer digits would match half of the city."""


def may_be_birthday(day: date, *, today: date) -> bool:
    """A slip of the finger in the year is no birthday: messages would leave on it."""
    return BORN_SINCE <= day <= today


def may_see_phones(scope: Scope) -> bool:
    """Those who call clients. Everybody else gets enough to recognise a number, not to copy it."""
    return not scope.roles.isdisjoint(SEES_PHONES)


def normalise_contact(kind: str, raw: str) -> str:
    """The form in which a contact is stored and compared.

    Raises:
        PhoneInvalid, EmailInvalid: it cannot be read.
    """
    return normalise_phone(raw) if kind == "phone" else normalise_email(raw)


class Search(NamedTuple):
    """What somebody typed into the search field, understood."""

    words: list[str]
    """Each must occur in the name."""
    digits: str | None
    """The end of a phone, or a whole INN."""
    email: str | None


def read_search(query: str) -> Search:
    """Digits mean a phone by its end, an `@` an e-mail, anything else words of a name.

    The trunk 8 of a Russian number written whole is dropped: it is stored as +7.
    """
    digits = query.translate(PHONE_PUNCTUATION).removeprefix("+")
    if digits.isascii() and digits.isdigit() and len(digits) >= TAIL_MIN:
        is_national = len(digits) == 11 and digits[0] == "8"
        return Search([], digits[1:] if is_national else digits, None)
    if "@" in query:
        return Search([], None, query.strip().lower())
    return Search(query.split(), None, None)
