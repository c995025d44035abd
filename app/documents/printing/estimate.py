"""An estimate on paper: what an order costs, line by line."""

from datetime import date, datetime
from decimal import Decimal

import msgspec

from app.core.i18n import text
from app.core.quantities import format_quantity
from app.documents.content.act import Parties
from app.documents.printing.columns import Column, Columns, lay_columns
from app.documents.printing.paper import amount, render_paper, short_day
from app.documents.printing.press import print_pdf


class EstimatePaperLine(msgspec.Struct, frozen=True, kw_only=True):
    part: str
    """goods or work."""
    name_ru: str
    name_en: str
    opening_label: str
    unit: str
    quantity: Decimal
    price_kop: int
    discount_kop: int
    reason: str
    """Why there is a discount or another price."""
    vat_rate: int | None
    vat_kop: int
    total_kop: int


class EstimatePaper(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on it. The caller says whom it names: those of the day it was agreed, or of today."""

    parties: Parties
    number: int
    status: str
    drawn_on: date
    created_at: datetime
    """Goes into the PDF, so that the same estimate prints to the same bytes."""
    valid_until: date | None
    comment: str
    advance_pays_for: str
    goods_kop: int
    work_kop: int
    discount_kop: int
    vat_kop: int
    total_kop: int
    lines: list[EstimatePaperLine]


async def print_estimate(paper: EstimatePaper, lang: str, *, logo: bytes | None) -> bytes:
    return await print_pdf(estimate_html(paper, lang, logo=logo))


def estimate_html(paper: EstimatePaper, lang: str, *, logo: bytes | None) -> str:
    parties = paper.parties
    numbers = {"order": parties.order_number, "number": paper.number}
    return render_paper(
        "estimate.html",
        lang,
        company=parties.company,
        title=text(lang, "estimate_paper", "title", **numbers),
        running=text(
            lang,
            "estimate_paper",
            "running",
            date=short_day(paper.drawn_on, lang),
            company=parties.company.name,
            **numbers,
        ),
        created_at=paper.created_at,
        logo=logo,
        paper=paper,
        parties=parties,
        t=lambda key, **params: text(lang, "estimate_paper", key, **params),
        columns_of=_columns(paper, lang),
        groups=[(part, [line for line in paper.lines if line.part == part]) for part in _parts(paper)],
        subtotal={"goods": paper.goods_kop, "work": paper.work_kop},
        counted=lambda line: format_quantity(line.quantity, lang),
        remarks=lambda line: "; ".join(_remarks(line, lang)),
        vat_rates=_vat_rates(paper),
        stamp=_stamp(paper, lang),
    )


def _parts(paper: EstimatePaper) -> list[str]:
    return [part for part in ("goods", "work") if any(line.part == part for line in paper.lines)]


def _columns(paper: EstimatePaper, lang: str) -> Columns:
    def heading(key: str) -> str:
        return text(lang, "estimate_paper", key)

    lines = paper.lines
    sums = [line.total_kop for line in lines] + [paper.goods_kop, paper.work_kop]
    return lay_columns(
        [
            Column(heading("position"), [str(len(lines))]),
            Column(heading("name"), grows=True),
            Column(heading("unit"), [text(lang, "unit", line.unit) for line in lines]),
            Column(heading("quantity"), [format_quantity(line.quantity, lang) for line in lines]),
            Column(heading("price"), [amount(line.price_kop, lang) for line in lines]),
            Column(heading("sum"), [amount(kop, lang) for kop in sums]),
        ]
    )


def _remarks(line: EstimatePaperLine, lang: str) -> list[str]:
    """What stands under the name of a line."""
    remarks = []
    if line.opening_label:
        remarks.append(text(lang, "estimate_paper", "opening", label=line.opening_label))
    if line.discount_kop:
        discount = amount(line.discount_kop, lang)
        remarks.append(text(lang, "estimate_paper", "discount_of_line", amount=discount, why=line.reason))
    elif line.reason:
        remarks.append(line.reason)
    return remarks


def _vat_rates(paper: EstimatePaper) -> list[tuple[int, int]]:
    """Each rate of the lines with the VAT that they contain, the highest first."""
    rates = sorted({line.vat_rate for line in paper.lines if line.vat_rate is not None}, reverse=True)
    return [(rate, sum(line.vat_kop for line in paper.lines if line.vat_rate == rate)) for rate in rates]


def _stamp(paper: EstimatePaper, lang: str) -> str | None:
    """The words across an estimate that is not in force."""
    return None if paper.status == "agreed" else text(lang, "estimate_paper", f"stamp_{paper.status}")
