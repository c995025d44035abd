"""Phone numbers as people write them, kept as E.164 (`+79161234567`)."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, ValidationResult

from app.core.errors import DomainError

MOBILE_OF_7 = re.compile(r"9\d{9}|7[047]\d{8}")
"""Mobile numbers of Russia and Kazakhstan. No other numbers after +7 begin like this."""


class PhoneInvalid(DomainError):
    status = 422
    code = "phone_invalid"


def normalise_phone(raw: str, *, region: str = "RU") -> str:
    """Convert a number written by a person to E.164.

    `+8 916 …` is read as `8 916 …`, and `007 …` as `+7 …`. Both are common in Russian address books, but
    phonenumbers reads neither.

    Raises:
        PhoneInvalid: it is not a number of any country.
    """
    text = raw.strip()
    if text.startswith("+8") and len([c for c in text if c.isdigit()]) == 11:
        text = "8" + text[2:]
    if text.startswith("007"):
        text = "+7" + text[3:]
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise PhoneInvalid(phone=raw) from error
    if not (phonenumbers.is_valid_number(number) or _looks_like_a_mobile(number)):
        raise PhoneInvalid(phone=raw)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _looks_like_a_mobile(number: PhoneNumber) -> bool:
    """Whether the number has the length of a mobile number of its country, and for +7 also the first digits.

    phonenumbers knows only the ranges that existed when it was released. A client with a newer number, such
    as +7 930 039-74-59, must not be refused because the library is old.
    """
    if number.country_code == 7:
        return MOBILE_OF_7.fullmatch(phonenumbers.national_significant_number(number)) is not None
    as_mobile = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
    return bool(as_mobile == ValidationResult.IS_POSSIBLE)


def mask_phone(phone: str) -> str:
    """`+79161234567` -> `+7 *** ***-45-67`: enough to recognise, too little to copy."""
    return f"{phone[:2]} *** ***-{phone[-4:-2]}-{phone[-2:]}"
