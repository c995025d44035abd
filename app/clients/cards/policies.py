"""Decisions about clients: values in, values out."""

import re
from calendar import isleap
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from app.core.emails import fold_email, normalise_email
from app.core.errors import Invalid
from app.core.folding import as_typed, fold
from app.core.phones import normalise_phone, read_phone, split_extension

PHONE_PUNCTUATION = re.compile(r"[\s().\-‐-―−]")
BORN_SINCE = date(1900, 1, 1)
LEAP_DAY, LEAP_YEAR = "02-29", 2000
TAIL_MIN = 4
"""Fewest digits to search by. Fewer would match too many clients."""


class ClientInvalid(Invalid):
    """The birthday is before 1900 or after today in the company's time zone, is no day of any year, or is not that of
    `born_on`; the card is of no kind of counterparty; or a contact that is marked for SMS cannot take any."""

    code = "client_invalid"


def may_be_birthday(day: date, *, today: date) -> bool:
    """Whether the day is from 1900 to today. A mistyped year would lead to messages on a wrong day."""
    return BORN_SINCE <= day <= today


class Birth(NamedTuple):
    """When somebody was born, as far as it is known."""

    born_on: date | None = None
    birthday: str | None = None
    """Month and day: 04-12."""


def birthday_of(day: date) -> str:
    return f"{day:%m-%d}"


def is_day_of_year(birthday: str) -> bool:
    """Whether there is such a day in some year: 02-29 is one, 02-30 is none."""
    try:
        return birthday_of(date.fromisoformat(f"{LEAP_YEAR}-{birthday}")) == birthday
    except ValueError:
        return False


def contradict(said: Birth) -> bool:
    """The date and the birthday name different days."""
    return bool(said.born_on and said.birthday) and birthday_of(said.born_on or date.min) != said.birthday


def changed_birth(was: Birth, changes: Mapping[str, Any]) -> Birth:
    """What is known after a change of `born_on`, `birthday` or both. A date gives the birthday. A birthday alone
    keeps the year only if it is the same day."""
    if changes.get("born_on") is not None:
        return Birth(changes["born_on"], birthday_of(changes["born_on"]))
    if "birthday" in changes:
        birthday = changes["birthday"]
        keeps_year = "born_on" not in changes and was.birthday == birthday
        return Birth(was.born_on if keeps_year else None, birthday)
    return Birth() if "born_on" in changes else was


def birthdays_greeted_on(day: date) -> list[str]:
    """Who was born on 29 February is greeted on the 28th in years that have no 29th."""
    today = birthday_of(day)
    return [today, LEAP_DAY] if today == "02-28" and not isleap(day.year) else [today]


def birthdays_greeted_from(first: date, days: int) -> dict[str, date]:
    """Birthdays that are greeted on these days, in the order of the days, with the day on which each is greeted."""
    coming = (first + timedelta(days=number) for number in range(days))
    return {birthday: day for day in coming for birthday in birthdays_greeted_on(day)}


def age_on(born_on: date | None, day: date) -> int | None:
    """How old somebody becomes in the year of this day. None: the year of birth is not known."""
    return day.year - born_on.year if born_on else None


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
    """Each word must occur in the name or in the address of a site. They are folded."""
    digits: str | None = None
    """The end of a phone, or a whole INN."""
    begins: str | None = None
    """How a Russian number begins of which these are the first digits: somebody types it. `+7916123`."""
    extension: str = ""
    """Of the phone. Empty: any, or none."""
    email: str | None = None


def read_search(query: str) -> Search:
    """Parse the search text. Digits are the end of a phone or its beginning, a text with `@` is an e-mail, other text
    is a name or an address.

    The 8 at the start of a whole Russian number is dropped, because the number is stored with +7.
    """
    typed = as_typed(query)
    digits = PHONE_PUNCTUATION.sub("", typed).removeprefix("+")
    if digits.isascii() and digits.isdigit() and len(digits) >= TAIL_MIN:
        is_national = len(digits) == 11 and digits[0] == "8"
        national = digits[1:] if digits[0] in "78" else digits
        return Search([], digits[1:] if is_national else digits, begins=f"+7{national}")
    if "@" in typed:
        return Search([], email=fold_email(typed))
    if phone := read_phone(typed):
        number, extension = split_extension(phone)
        return Search([], number.removeprefix("+"), extension=extension)
    return Search(fold(typed).split() or [typed])
