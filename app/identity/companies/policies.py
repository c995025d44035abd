from functools import cache
from zoneinfo import available_timezones

INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_11TH = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_12TH = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def is_timezone(name: str) -> bool:
    return name in _timezones()


@cache
def _timezones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name or name == "UTC")


def is_inn(inn: str) -> bool:
    """Taxpayer number: 10 digits of an organisation or 12 of a person, with their check digits."""
    if not (inn.isascii() and inn.isdigit()):
        return False
    if len(inn) == 10:
        return _check_digit(inn, INN_10) == inn[9]
    return len(inn) == 12 and _check_digit(inn, INN_11TH) + _check_digit(inn, INN_12TH) == inn[10:]


def _check_digit(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10)


def is_ogrn(ogrn: str) -> bool:
    """Registration number: 13 digits of an organisation or 15 of an entrepreneur, the last a check digit."""
    if not (ogrn.isascii() and ogrn.isdigit() and len(ogrn) in (13, 15)):
        return False
    body, divisor = ogrn[:-1], len(ogrn) - 2
    return str(int(body) % divisor % 10) == ogrn[-1]
