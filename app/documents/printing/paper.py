"""What all printed documents share: templates, dates, sums, pictures, QR codes."""

import base64
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import segno
from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.core.money import format_rub

TEMPLATES = Path(__file__).parents[1] / "templates"
LOCALES = {"ru": "ru_RU", "en": "en_GB"}
LONG_DAY = {"ru": "d MMMM y 'г.'", "en": "d MMMM y"}


@cache
def templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def stylesheet(name: str) -> Markup:
    """One of ours, to stand inside <style>."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704  # our own file


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


def picture(content: bytes) -> str:
    """An image as a `data:` address. Only PNG and JPEG are stored where pictures for paper come from."""
    kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def qr_svg(content: str) -> Markup:
    """Error correction M survives a scratched tag; no border: the paper around it is white."""
    code = segno.make(content, error="m", micro=False)
    return Markup(code.svg_inline(border=0, omitsize=True))  # noqa: S704  # drawn by segno
