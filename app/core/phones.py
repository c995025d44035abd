"""Phone numbers as people write them, kept as E.164 (`+79161234567`).

An extension of an office is kept behind the number as RFC 3966 writes it: `+74951234567;ext=105`. So `tel:` before
it can be dialled, and two people of one office are two phones.
"""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from app.core.errors import DomainError
from app.core.folding import as_typed
from app.core.i18n import text

MOBILE_OF_7 = re.compile(r"9\d{9}|7[047]\d{8}")
"""Mobile numbers of Russia and Kazakhstan. No other numbers after +7 begin like this."""
EXTENSION_WORD = re.compile(r"(?:добавочный|доб|внутренний|внутр|вн|д)\b\.?:?\s*(?=\d)", re.IGNORECASE)
"""What stands before an extension in Russian. phonenumbers knows only «доб»."""
LABEL = re.compile(r"\W*(?:тел|телефон|т|моб|мобильный|раб|tel|phone|mob)?\W*", re.IGNORECASE)
"""What may stand before a number. Anything else, such as a name, would be lost."""
BELARUS = re.compile(r"80(?:17|25|29|33|44)\d{7}")
"""As numbers are dialled inside Belarus. No Russian code begins with a zero."""
ABROAD_OF_7 = re.compile(r"^\D*0\W?0\W?7")
"""How +7 is dialled in other countries."""
BETWEEN = re.compile(r"[;,/|\n]|\s(?:и|или|and|or)\s|(?<=\d)\s*(?=\+)|(?<=\d)(?=\()(?=\D*\))", re.IGNORECASE)
"""What people write between two numbers in one cell, or between a number and the name of whose it is: `(Анна)`."""
EXTENSION_DIGITS = 6
"""What is longer behind a number is another number."""
EXTENSION = ";ext="
TAKE_SMS = frozenset(
    {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.UNKNOWN,  # newer than the library, and was taken because it looks like a mobile
    }
)


class PhoneInvalid(DomainError):
    status = 422
    code = "phone_invalid"


def normalise_phone(raw: str, *, region: str = "RU") -> str:
    """As `read_phone`.

    Raises:
        PhoneInvalid: it is not a number of any country, or there is more than a number in it.
    """
    phone = read_phone(raw, region=region)
    if phone is None:
        raise PhoneInvalid(phone=raw)
    return phone


def read_phone(raw: str, *, region: str = "RU") -> str | None:
    """Convert a number written by a person to E.164, with its extension if there is one. None if it is no number.

    `+8 916 …` is read as `8 916 …`, and `007 …` as `+7 …`. Both are common in Russian address books, but
    phonenumbers reads neither.
    """
    written = EXTENSION_WORD.sub("ext. ", as_typed(raw))
    if written.startswith("+8") and len([c for c in written.partition("ext")[0] if c.isdigit()]) == 11:
        written = "8" + written[2:]
    written = ABROAD_OF_7.sub("+7", written)
    digits = "".join(c for c in written.partition("ext")[0] if c.isdigit())
    if BELARUS.fullmatch(digits) and not written.startswith("+"):
        written = f"+375 {digits[2:]} {''.join(written.partition('ext')[1:])}"
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    is_one = phonenumbers.is_valid_number(number) or _looks_like_a_mobile(number)
    is_one = is_one and len(number.extension or "") <= EXTENSION_DIGITS
    if not is_one or not LABEL.fullmatch(re.split(r"[+(\d]", written, maxsplit=1)[0]):
        return None
    return with_extension(_e164(number), number.extension or "")


def read_phones(raw: str, *, region: str = "RU", area_code: str = "") -> list[str]:
    """Every number in a cell of a table or a pasted text, each once and in their order. Empty if there is none.

    With `area_code` (`495`) a local number of five to seven digits is one too.
    """
    whole = read_phone(raw, region=region)
    if whole:
        return [whole]
    found: list[str] = []
    for part in BETWEEN.split(raw):
        found += _phones_side_by_side(part.split(), region, area_code)
    return list(dict.fromkeys(found))


def _phones_side_by_side(words: list[str], region: str, area_code: str) -> list[str]:
    """Numbers with nothing but a blank between them. Of several ways to read them the first number is the longest."""
    for start in range(len(words)):
        for end in range(len(words), start, -1):
            written = " ".join(words[start:end])
            phone = read_phone(written, region=region) or _local_phone(written, region, area_code)
            if phone:
                return [phone, *_phones_side_by_side(words[end:], region, area_code)]
    return []


def _local_phone(written: str, region: str, area_code: str) -> str | None:
    digits = re.sub(r"[\s-]", "", as_typed(written))
    is_local = area_code and digits.isdigit() and 5 <= len(digits) <= 7
    return read_phone(f"8{area_code}{digits}", region=region) if is_local else None


def _e164(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164).partition(EXTENSION)[0]


def _looks_like_a_mobile(number: PhoneNumber) -> bool:
    """Whether the number has the length of a mobile number of its country, and for +7 also the first digits.

    phonenumbers knows only the ranges that existed when it was released. A client with a newer number, such
    as +7 930 039-74-59, must not be refused because the library is old.
    """
    if number.country_code == 7:
        return MOBILE_OF_7.fullmatch(phonenumbers.national_significant_number(number)) is not None
    as_mobile = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
    return bool(as_mobile == ValidationResult.IS_POSSIBLE)


def with_extension(number: str, extension: str) -> str:
    return f"{number}{EXTENSION}{extension}" if extension else number


def split_extension(phone: str) -> tuple[str, str]:
    """`+74951234567;ext=105` -> the number and `105`. The second is empty if there is none."""
    number, _, extension = phone.partition(EXTENSION)
    return number, extension


def takes_sms(phone: str) -> bool:
    """Whether an SMS can arrive there: not at a fixed line, a toll-free number or an extension."""
    number, extension = split_extension(phone)
    if extension:
        return False
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) in TAKE_SMS
    except phonenumbers.NumberParseException:
        return False


def say_phone(phone: str, lang: str) -> str:
    """`+7 812 315-98-83, доб. 105`, as it is printed. What is no E.164 is printed as it is."""
    number, extension = split_extension(phone)
    try:
        shown = phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return phone
    return text(lang, "phone", "with_extension", number=shown, extension=extension) if extension else shown


def mask_phone(phone: str) -> str:
    """`+79161234567` -> `+7 *** ***-45-67`: enough to recognise, too little to copy."""
    number, _ = split_extension(phone)
    return f"{number[:2]} *** ***-{number[-4:-2]}-{number[-2:]}"
