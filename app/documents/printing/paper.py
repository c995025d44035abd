"""What all printed documents share: the page, the company's head, fonts, dates, sums, pictures, QR codes."""

import base64
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import combining, east_asian_width
from zoneinfo import ZoneInfo

import segno
from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.core.i18n import text
from app.core.money import amount_in_words, format_rub
from app.core.phones import say_phone
from app.core.quantities import format_quantity, quantity_of
from app.documents.content.act import Requisites

TEMPLATES = Path(__file__).parents[1] / "templates"
LOCALES = {"ru": "ru_RU", "en": "en_GB"}
LONG_DAY = {"ru": "d MMMM y 'г.'", "en": "d MMMM y"}

LINE_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
NOT_FOR_PAPER = re.compile(
    "[\x00-\x1f\x7f-\x9f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # these turn the order of what stands around them
)
"""Control characters: nobody sees them, and they change what is seen or how a PDF is read."""
RUNNING_COLUMNS = 90
"""One line of small letters beside the number of the page."""


@cache
def templates(*folders: Path) -> Environment:
    """`folders` are those of another module, which has pages of its own."""
    return Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )


def _printable(value: Any) -> Any:
    """Whatever a template shows passes through here. Our own markup stays as it is."""
    return printable(value) if type(value) is str else value


def printable(written: str) -> str:
    """A text as it may stand on paper and in the metadata of a PDF: on one line, without control characters."""
    return NOT_FOR_PAPER.sub("", LINE_BREAKS.sub(" ", written))


def shorten(written: str, columns: int) -> str:
    """At most so many columns of a text, cut between two words, with `…` for what is missing.

    A Chinese letter or an emoji takes two columns. A word that is longer than all of it is cut inside.
    """
    written = " ".join(printable(written).split())
    if _columns(written) <= columns:
        return written
    kept = ""
    for character in written:
        if _columns(kept + character) > columns - 1:
            break
        kept += character
    words, _, _ = kept.rpartition(" ")
    return (words if _columns(words) * 2 > columns else kept).rstrip(" ,;:–—-«(") + "…"


def _columns(written: str) -> int:
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in written)


@cache
def stylesheet(*names: str) -> Markup:
    """Ours, one after the other, to stand inside <style>."""
    css = "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)
    return Markup(css)  # noqa: S704  # our own files


def render_paper(
    template: str,
    lang: str,
    *,
    company: Requisites,
    title: str,
    running: str,
    created_at: datetime,
    logo: bytes | None,
    **facts: Any,
) -> str:
    """An A4 document as HTML: `template` extends `paper.html`, which has the company's head and the pages' feet.

    `running` stands at the foot of each page. `created_at` goes into the PDF, so the same document printed
    again has the same bytes. Every template knows `money`, `words`, `quantity`, `unit`, `day` and `short_day`.
    """
    return (
        templates()
        .get_template(template)
        .render(
            lang=lang,
            css=stylesheet("fonts.css", "paper.css"),
            company=company,
            registration=registration(company, lang),
            phone=say_phone(company.phone, lang),
            title=title,
            running=shorten(running, RUNNING_COLUMNS),
            created_at=created_at.astimezone(UTC).isoformat(timespec="seconds"),
            logo=picture(logo) if logo else None,
            p=lambda key, **params: text(lang, "paper", key, **params),
            unit=lambda code: text(lang, "unit", code),
            quantity=lambda counted: quantity(counted, lang),
            money=lambda amount_kop: amount(amount_kop, lang),
            words=lambda amount_kop: amount_in_words(amount_kop, lang),
            day=lambda day: long_day(day, lang),
            short_day=lambda day: short_day(day, lang),
            **facts,
        )
    )


def registration(company: Requisites, lang: str) -> str:
    """`ИНН 7701234567, КПП 770101001, ОГРН …`, those there are."""
    given = [(key, getattr(company, key)) for key in ("inn", "kpp", "ogrn")]
    return ", ".join(f"{text(lang, 'paper', key)} {value}" for key, value in given if value)


def long_day(day: date, lang: str) -> str:
    """`2 марта 2026 г.` or `2 March 2026`."""
    return format_date(day, LONG_DAY[lang], locale=LOCALES[lang])


def short_day(day: date, lang: str) -> str:
    return format_date(day, "dd.MM.y" if lang == "ru" else "dd/MM/y", locale=LOCALES[lang])


def moment(at: datetime, timezone: str, lang: str) -> str:
    """`02.03.2026, 15:04 (UTC+03:00)`: a moment by the company's clock, which is named."""
    local = at.astimezone(ZoneInfo(timezone))
    pattern = "dd.MM.y, HH:mm (ZZZZ)" if lang == "ru" else "dd/MM/y, HH:mm (ZZZZ)"
    return format_datetime(local, pattern, locale=LOCALES[lang]).replace("GMT", "UTC")


def amount(amount_kop: int, lang: str) -> str:
    """A sum without its currency, for a column that names it."""
    return (
        format_rub(amount_kop, lang).replace("RUB\N{NO-BREAK SPACE}", "").removesuffix("\N{NO-BREAK SPACE}₽")
    )


def quantity(counted: int | str, lang: str) -> str:
    """As content keeps it: `"1.25"` -> `1,25` (ru)."""
    return format_quantity(quantity_of(counted), lang)


def picture(content: bytes) -> str:
    """An image as a `data:` address. Only PNG and JPEG are stored where pictures for paper come from."""
    kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def qr_svg(content: str) -> Markup:
    """Error correction M survives a scratched tag; no border: the paper around it is white."""
    code = segno.make(content, error="m", micro=False)
    return Markup(code.svg_inline(border=0, omitsize=True))  # noqa: S704  # drawn by segno


def payment_qr_svg(content: str) -> Markup:
    """A payment code as a picture. Bytes in UTF-8 without a note about the encoding: apps of banks know it from
    the code itself, and some do not read a code with such a note."""
    code = segno.make_qr(content, error="m", mode="byte", encoding="utf-8", eci=False, boost_error=False)
    return Markup(code.svg_inline(border=4, omitsize=True))  # noqa: S704  # drawn by segno
