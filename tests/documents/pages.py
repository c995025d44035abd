"""Where the words and lines of a printed page stand, and its picture."""

from typing import NamedTuple

import pypdfium2
from PIL import Image
from pypdfium2 import raw


class Box(NamedTuple):
    text: str
    left: float
    bottom: float
    right: float
    top: float


class Page(NamedTuple):
    width: float
    height: float
    words: list[Box]
    rules: list[Box]
    """Upright edges of table cells."""


def pages_of(pdf: bytes) -> list[Page]:
    return [
        Page(*page.get_size(), words=_words(page), rules=_upright_rules(page))
        for page in pypdfium2.PdfDocument(pdf)
    ]


def picture_of(pdf: bytes, *, page: int = 0, dpi: int = 150) -> Image.Image:
    image: Image.Image = pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72).to_pil()
    return image


def _words(page: pypdfium2.PdfPage) -> list[Box]:
    text = page.get_textpage()
    words: list[list[Box]] = [[]]
    for index in range(text.count_chars()):
        character = text.get_text_range(index, 1)
        box = Box(character, *text.get_charbox(index, loose=False))
        if not character.strip() or (words[-1] and _is_apart(words[-1][-1], box)):
            words.append([])
        if character.strip():
            words[-1].append(box)
    return [
        Box(
            "".join(one.text for one in word),
            min(one.left for one in word),
            min(one.bottom for one in word),
            max(one.right for one in word),
            max(one.top for one in word),
        )
        for word in words
        if word
    ]


def _is_apart(before: Box, box: Box) -> bool:
    """The next character stands in another line or cell, although no blank is between them."""
    size = max(before.top - before.bottom, box.top - box.bottom, 4)
    return (
        box.left < before.left - size
        or box.left - before.right > size
        or abs(box.bottom - before.bottom) > size
    )


def _upright_rules(page: pypdfium2.PdfPage) -> list[Box]:
    paths = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH])
    boxes = [Box("", *path.get_bounds()) for path in paths]
    return [box for box in boxes if box.right - box.left < 1.5 and box.top - box.bottom > 4]


def overlaps(page: Page) -> list[tuple[str, str]]:
    """Pairs of words that run into each other."""
    found = []
    for index, one in enumerate(page.words):
        for other in page.words[index + 1 :]:
            across = min(one.right, other.right) - max(one.left, other.left)
            upright = min(one.top, other.top) - max(one.bottom, other.bottom)
            if across > 0.3 and upright > 0.3 * min(one.top - one.bottom, other.top - other.bottom):
                found.append((one.text, other.text))
    return found


def outside(page: Page, *, margin: float = 0) -> list[str]:
    return [
        word.text
        for word in page.words
        if word.left < margin
        or word.bottom < margin
        or word.right > page.width - margin
        or word.top > page.height - margin
    ]


def cut_by_rules(page: Page) -> list[str]:
    """Words that an upright edge of a cell goes through."""
    return [
        word.text
        for word in page.words
        for rule in page.rules
        if word.left + 0.3 < rule.left < word.right - 0.3
        and min(word.top, rule.top) - max(word.bottom, rule.bottom) > 1
    ]
