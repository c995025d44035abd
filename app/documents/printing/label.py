"""The label that is stuck to a product: 58 × 40 mm, as label printers take it.

Its text is broken into lines here and not by WeasyPrint: so it is known what fits. When it is too long the letters
become smaller; when that is not enough each part is cut between two words, with `…`. Opening and date always stand.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import msgspec

from app.core.i18n import text
from app.documents.codes import show_code
from app.documents.printing.columns import BOLD, MM_PER_PT, ems
from app.documents.printing.paper import printable, qr_svg, short_day, stylesheet, templates
from app.documents.printing.press import print_pdf

WIDTH_MM, HEIGHT_MM = 26.0, 27.0
"""The place for text, beside the QR code: `.text` in label.css."""
SIZES_PT = (7.5, 7.0, 6.5, 6.0)
LINE_HEIGHT = 1.2
GAP_MM = 0.4
"""Between two parts: `.text p` in label.css."""


class Label(msgspec.Struct, frozen=True, kw_only=True):
    tag_code: str
    tag_url: str
    """What the QR code says."""
    product: str
    opening: str
    installed_on: date
    company_name: str
    company_phone: str


class Part(NamedTuple):
    """A paragraph of the label."""

    written: str
    lines_max: int | None
    """When the letters cannot become smaller. None: the lines that the others leave."""
    is_bold: bool = False


class Laid(NamedTuple):
    size_pt: float
    parts: list[tuple[bool, list[str]]]
    """Whether it is bold, and its lines."""


async def print_label(label: Label, lang: str) -> bytes:
    return await print_pdf(label_html(label, lang))


def label_html(label: Label, lang: str) -> str:
    return (
        templates()
        .get_template("label.html")
        .render(
            lang=lang,
            css=stylesheet("fonts.css", "label.css"),
            qr=qr_svg(label.tag_url),
            code=show_code(label.tag_code),
            laid=lay_label(label, lang),
        )
    )


def lay_label(label: Label, lang: str) -> Laid:
    """The largest letters in which everything stands in full, or the smallest with parts cut to their lines."""
    installed = text(lang, "label", "installed", date=short_day(label.installed_on, lang))
    parts = [
        Part(label.company_name, 2, is_bold=True),
        Part(label.company_phone, 2),
        Part(label.product, None),
        Part(label.opening, 2),
        Part(installed, 2),
    ]
    given = [part for part in parts if printable(part.written).strip()]
    for size_pt in SIZES_PT:
        laid = [(part.is_bold, list(_lines(part, size_pt))) for part in given]
        if _height_mm(laid, size_pt) <= HEIGHT_MM:
            return Laid(size_pt, laid)
    return _lay_smallest(given)


def _lay_smallest(parts: list[Part]) -> Laid:
    size_pt = SIZES_PT[-1]
    cut = {part: _cut(part, part.lines_max, size_pt) for part in parts if part.lines_max is not None}
    room_mm = HEIGHT_MM - (len(parts) - 1) * GAP_MM
    left = int(room_mm / (size_pt * LINE_HEIGHT * MM_PER_PT)) - sum(map(len, cut.values()))
    return Laid(
        size_pt, [(part.is_bold, cut.get(part) or _cut(part, max(left, 1), size_pt)) for part in parts]
    )


def _height_mm(laid: list[tuple[bool, list[str]]], size_pt: float) -> float:
    lines = sum(len(lines) for _, lines in laid)
    return lines * size_pt * LINE_HEIGHT * MM_PER_PT + (len(laid) - 1) * GAP_MM


def _lines(part: Part, size_pt: float) -> Iterator[str]:
    """The whole text, broken between words; a word that is longer than a line is broken inside."""
    line = ""
    for word in printable(part.written).split():
        if _fits(f"{line} {word}".strip(), part, size_pt):
            line = f"{line} {word}".strip()
            continue
        if line:
            yield line
        *full, line = _broken(word, part, size_pt)
        yield from full
    yield line


def _broken(word: str, part: Part, size_pt: float) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and not _fits(pieces[-1] + character, part, size_pt):
            pieces.append("")
        pieces[-1] += character
    return pieces


def _fits(line: str, part: Part, size_pt: float) -> bool:
    return ems(line) * size_pt * MM_PER_PT * (BOLD if part.is_bold else 1) <= WIDTH_MM


def _cut(part: Part, lines_max: int, size_pt: float) -> list[str]:
    lines = list(_lines(part, size_pt))
    if len(lines) <= lines_max:
        return lines
    kept = lines[:lines_max]
    while kept[-1] and not _fits(kept[-1] + "…", part, size_pt):
        words, _, _ = kept[-1].rpartition(" ")
        kept[-1] = words or kept[-1][:-1]
    return [*kept[:-1], kept[-1].rstrip(" ,;:–—-«(") + "…"]
