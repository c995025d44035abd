"""Money is whole kopecks (`int`). Roubles appear only in texts for people."""

from collections.abc import Sequence

from num2words import num2words

NBSP = "\N{NO-BREAK SPACE}"


def format_rub(amount_kop: int, lang: str) -> str:
    """`1234550` -> `12 345,50 ₽` (ru) or `RUB 12,345.50` (en)."""
    sign = "-" if amount_kop < 0 else ""
    roubles, kopecks = divmod(abs(amount_kop), 100)
    if lang == "ru":
        return f"{sign}{roubles:,}".replace(",", NBSP) + f",{kopecks:02d}{NBSP}₽"
    return f"{sign}RUB{NBSP}{roubles:,}.{kopecks:02d}"


def amount_in_words(amount_kop: int, lang: str) -> str:
    """The sum in words for an act: `Двенадцать тысяч … рублей 50 копеек`.

    Kopecks are digits, as usual in Russian accounting.
    """
    roubles, kopecks = divmod(amount_kop, 100)
    if lang == "ru":
        words = num2words(roubles, lang="ru")
        rouble = _plural_ru(roubles, "рубль", "рубля", "рублей")
        kopeck = _plural_ru(kopecks, "копейка", "копейки", "копеек")
    else:
        words = num2words(roubles, lang="en")
        rouble = "rouble" if roubles == 1 else "roubles"
        kopeck = "kopeck" if kopecks == 1 else "kopecks"
    text = f"{words} {rouble} {kopecks:02d} {kopeck}"
    return text[0].upper() + text[1:]


def _plural_ru(n: int, one: str, few: str, many: str) -> str:
    if n % 10 == 1 and n % 100 != 11:
        return one
    if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14):
        return few
    return many


def split_kop(amount_kop: int, shares: Sequence[int]) -> list[int]:
    """Divide a sum by integer weights. The parts add up exactly to the sum.

    Largest-remainder method (Hamilton): each part is rounded down, and the kopecks left over go to the
    largest remainders. On a tie the earlier part gets the kopeck.
    """
    total = sum(shares)
    parts = [amount_kop * share // total for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (-(amount_kop * shares[i] % total), i))
    for i in by_remainder[: amount_kop - sum(parts)]:
        parts[i] += 1
    return parts
