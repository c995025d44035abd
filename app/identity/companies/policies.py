from functools import cache
from zoneinfo import available_timezones

INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_11TH = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_12TH = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
ACCOUNT = (7, 1, 3)
"""Repeated over the digits of a bank account: order 515 of the Bank of Russia of 8 September 1997."""
OF_CENTRAL_BANK = ("000", "001", "002")
"""The last digits of a BIC of the Bank of Russia itself. It needs no correspondent account."""


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


def is_bic(bic: str) -> bool:
    """Nine digits; those of Russia begin with 04."""
    return bic.isascii() and bic.isdigit() and len(bic) == 9 and bic.startswith("04")


def is_account(account: str, *, bic: str) -> bool:
    """Account of a client in the bank with this BIC: 20 digits, one of them a check digit."""
    branch = f"0{bic[4:6]}" if bic[-3:] in OF_CENTRAL_BANK else bic[-3:]
    return _is_account(account) and _check_sum(branch + account) == 0


def is_corr_account(account: str, *, bic: str) -> bool:
    """Account of this bank in the Bank of Russia. It ends with the last three digits of the BIC."""
    is_of_bank = _is_account(account) and account.startswith("301") and account[-3:] == bic[-3:]
    return is_of_bank and _check_sum(f"0{bic[4:6]}{account}") == 0


def needs_corr_account(bic: str) -> bool:
    return bic[-3:] not in OF_CENTRAL_BANK


def _is_account(account: str) -> bool:
    return account.isascii() and account.isdigit() and len(account) == 20


def _check_sum(digits: str) -> int:
    return sum(int(digit) * ACCOUNT[place % 3] for place, digit in enumerate(digits)) % 10
