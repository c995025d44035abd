"""Finds promotion in a text that must have none. It reads through usual disguises: other letters, invisible signs."""

import re
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

RUSSIAN = re.compile(
    r"""\b(?:
        скид(?:к|оч|он)\w* | акци(?!он|з)\w* | бонус\w* | подар\w* | промо\w* | купон\w* | к[еэ]шб[еэ]к\w*
      | распродаж\w* | розыгрыш\w* | разыгр\w* | лотере\w* | выгод\w* | бесплатн\w* | даром | халяв\w*
      | дешев\w* | недорог\w* | спецпредложени\w* | спеццен\w* | успе(?:й|йте|вайте) | спеши(?:те)?
      | торопи(?:сь|тесь) | купи(?:те)? | покупа(?:й|йте) | закажи(?:те)? | реклам\w* | приз(?:ы|ов|ами|ом)?
      | цен(?:а|ы|у|е|ой|ам|ами|ах|ник\w*)? | стоимост\w* | рассрочк\w* | кредит\w* | руб(?:\.|л\w*)?
    )(?!\w) | \d[\d\ ]*(?:руб\w*|р\.) | ₽ | (?:минус|[-−–])\s*\d+\s*%""",
    re.VERBOSE,
)
ENGLISH = re.compile(
    r"""\b(?:
        discount\w* | sales? | bonus\w* | gifts? | giveaway\w* | promo\w* | coupon\w* | voucher\w* | cash\s?back\w*
      | (?<!feel\ )free | cheap\w* | bargain\w* | deals? | (?:special|limited|exclusive)\ offers? | hurry
      | act\ now | buy | order\ now | advert\w* | prizes? | lotter\w* | prices? | pricing | costs?
      | savings?
    )(?!\w) | [$€£] | \d[\d\ ]*rub\b | \d+\s*%\s*off | (?:minus|[-−–])\s*\d+\s*%""",
    re.VERBOSE,
)
VARIABLE = re.compile(r"\{[^{}]*\}")

LATIN = "aceopxykmtbhr3"
CYRILLIC = "асеорхукмтвнгз"
TO_CYRILLIC = str.maketrans(LATIN, CYRILLIC)
TO_LATIN = str.maketrans("асеорхукмтвніѕјԁ", "aceopxykmtbhisjd")
MIXED = re.compile(r"\w+")


class Found(NamedTuple):
    """A word of promotion."""

    word: str
    """As it stands in the text."""
    at: int
    """Its place: how many signs stand before it."""


def find_promotion(text: str) -> list[Found]:
    """The words that promote, in their order. Names of variables do not count."""
    plain, places = _plain(VARIABLE.sub(lambda found: " " * len(found[0]), text))
    spans = {
        match.span()
        for pattern, letters in ((RUSSIAN, TO_CYRILLIC), (ENGLISH, TO_LATIN))
        for read in (plain, _read_as(plain, letters))
        for match in pattern.finditer(read)
    }
    return [_found(text, places, *span) for span in _outermost(sorted(spans))]


def _plain(text: str) -> tuple[str, list[int]]:
    """The text in small letters without accents and invisible signs, and where each sign stood."""
    signs, places = [], []
    for place, sign in enumerate(text):
        for one in _letters(sign):
            if unicodedata.category(one) not in ("Cf", "Mn"):
                signs.append(" " if one.isspace() else one)
                places.append(place)
    return "".join(signs), places


def _letters(sign: str) -> str:
    """The sign in small letters, its accents as signs of their own. Й is a letter and keeps its breve."""
    return sign.casefold() if sign in "йЙ" else unicodedata.normalize("NFKD", sign).casefold()


def _read_as(text: str, letters: dict[int, int]) -> str:
    """The text with look-alike letters changed in words that have letters of both alphabets."""
    return MIXED.sub(lambda word: word[0].translate(letters) if _is_mixed(word[0]) else word[0], text)


def _is_mixed(word: str) -> bool:
    alphabets = {"cyrillic" if "\u0400" <= sign <= "\u052f" else "latin" for sign in word if sign.isalpha()}
    return len(alphabets) > 1


def _outermost(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of spans that overlap, the first."""
    end = -1
    for since, until in spans:
        if since >= end:
            yield since, until
            end = until


def _found(text: str, places: list[int], since: int, until: int) -> Found:
    return Found(text[places[since] : places[until - 1] + 1].strip(), places[since])


class _Words(HTMLParser):
    """What a reader sees of a page, also where pictures are not shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "br", "div", "td", "li", "h1", "h2", "h3"):
            self.words.append("\n")
        self.words += [f" {value} " for name, value in attrs if name in ("alt", "title") and value]


def words_of_html(html: str) -> str:
    """The words of a page, without its tags."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return "".join(reader.words)
