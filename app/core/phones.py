"""Phone numbers as people write them, kept as E.164 (`+79161234567`)."""

import phonenumbers

from app.core.errors import DomainError


class PhoneInvalid(DomainError):
    status = 422
    code = "phone_invalid"


def normalise_phone(raw: str, *, region: str = "RU") -> str:
    """E.164 form of a number written by a person.

    `+8 916 …` is read as the Russian trunk prefix and `007 …` as `+7 …`: both are common in
    Russian address books and phonenumbers takes neither.

    Raises:
        PhoneInvalid: no number of any country can be read from it.
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
    if not phonenumbers.is_valid_number(number):
        raise PhoneInvalid(phone=raw)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask_phone(phone: str) -> str:
    """`+79161234567` -> `+7 *** ***-45-67`: enough to recognise, too little to copy."""
    return f"{phone[:2]} *** ***-{phone[-4:-2]}-{phone[-2:]}"
