"""The act on paper. Everything comes from the stored act, nothing from the present clients, jobs or prices."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import structlog

from app.core.canonical import canonical_json
from app.core.i18n import text
from app.documents.codes import show_code
from app.documents.content.act import ActContent, ActLine, Product, content_of
from app.documents.content.ink import NoSignature, PrintedDrawing, print_drawing
from app.documents.content.signature import signature_of
from app.documents.content.stored import ActStatus, StoredAct
from app.documents.printing.columns import Column, Columns, lay_columns
from app.documents.printing.paper import amount, moment, picture, qr_svg, quantity, render_paper, short_day
from app.documents.printing.press import Enclosure, print_pdf

log = structlog.get_logger(__name__)

DETAILS = ("manufacturer", "profile", "glass", "hardware")


async def print_act(
    act: StoredAct, lang: str, *, public_url: str, logo: bytes | None, drawing: bytes | None
) -> bytes:
    """The PDF/A-3 of an act, with the canonical content and the signature's evidence inside.

    The hashes printed on it are those of the two enclosed files, so whoever holds the PDF can check
    them without us. The same act prints to the same bytes.
    """
    printed = await asyncio.to_thread(_printed, act, drawing) if drawing else None
    html = act_html(act, lang, public_url=public_url, logo=logo, drawing=printed)
    return await print_pdf(html, enclosures=_enclosures(act, lang), archival=True)


def _printed(act: StoredAct, drawing: bytes) -> PrintedDrawing | None:
    """The signature for paper. None if its picture cannot be decoded, which was once not looked at."""
    try:
        return print_drawing(drawing)
    except NoSignature as error:
        log.warning("signature_not_printed", act_id=str(act.id), reason=error.code)
        return None


def _enclosures(act: StoredAct, lang: str) -> list[Enclosure]:
    files = [("act.json", "attached_content", act.content)]
    if act.signature is not None:
        files.append(("signature.json", "attached_signature", act.signature))
    return [
        Enclosure(
            name=name,
            description=text(lang, "act", description),
            content=canonical_json(stored),
            created_at=act.signed_at or act.presented_at,
        )
        for name, description, stored in files
    ]


def act_html(
    act: StoredAct, lang: str, *, public_url: str, logo: bytes | None, drawing: PrintedDrawing | None
) -> str:
    content = content_of(act.content)
    check_url = f"{public_url}/check/{act.check_code}"
    return render_paper(
        "act.html",
        lang,
        company=content.company,
        title=_title(act, lang),
        running=_running(act, content, lang),
        created_at=act.signed_at or act.presented_at,
        logo=logo,
        act=content,
        t=lambda key, **params: text(lang, "act", key, **params),
        works=_work_columns(content, lang),
        remark=lambda line: _remark(line, content, lang),
        sums=list_sums(content, lang),
        products=_product_columns(content, lang),
        details=lambda product: _details(product, lang),
        months=lambda months: _months(months, lang),
        product_warranty=lambda product: _months(_warranty_months(product, content), lang),
        stamp=_stamp(act, lang),
        accepted=_accepted(act),
        drawing=drawing,
        drawing_src=picture(drawing.png) if drawing else None,
        signature=signature_of(act.signature) if act.signature else None,
        signed_at=moment(act.signed_at, content.company.timezone, lang) if act.signed_at else None,
        qr=qr_svg(check_url),
        check_url=check_url,
        check_code=show_code(act.check_code),
        content_hash=act.content_hash.hex(),
        signature_hash=act.signature_hash.hex() if act.signature_hash else None,
    )


class Sum(NamedTuple):
    """A row of the act's sums."""

    label: str
    amount_kop: int
    is_total: bool = False


def list_sums(content: ActContent, lang: str) -> list[Sum]:
    """The act's total, what the order costs, what was paid before, and what is still due.

    Every row but the totals and the parts of a sum is added or taken off, so that the client can count it over.
    """
    rows = [
        ("total", content.total_kop, True),
        *_account(content),
        ("due", content.due_kop, True),
        *_parts(content),
    ]
    number = content.contract_number
    return [
        Sum(text(lang, "act", key, number=number), amount_kop, is_total) for key, amount_kop, is_total in rows
    ]


def _account(content: ActContent) -> Iterator[tuple[str, int, bool]]:
    """What stands between the act and what is due."""
    if content.charged_kop is None:  # an act of format 1
        yield "prepaid", content.prepaid_kop, False
        return
    paid_kop, paid_goods_kop = content.paid_kop or 0, content.paid_goods_kop or 0
    if content.contract_kop is not None:
        yield "contract", content.contract_kop, False
        if content.charged_kop != content.contract_kop:
            yield "beyond_contract", content.charged_kop - content.contract_kop, False
        yield "paid_before", paid_kop, False
        return
    if content.charged_kop != content.total_kop:
        yield "earlier_acts", content.charged_kop - content.total_kop, False
    yield "paid_for_work", paid_kop - paid_goods_kop, False
    if paid_goods_kop:
        yield "paid_for_goods", paid_goods_kop, False


def _parts(content: ActContent) -> Iterator[tuple[str, int, bool]]:
    if content.due_goods_kop and content.due_work_kop:
        yield "due_goods", content.due_goods_kop, False
        yield "due_work", content.due_work_kop, False


def _remark(line: ActLine, content: ActContent, lang: str) -> str:
    """The discount of a line, or that the contract does not cover it."""
    if line.discount_kop:
        return text(lang, "act", "discount", amount=amount(line.discount_kop, lang))
    is_beyond = content.contract_number is not None and not line.by_contract
    return text(lang, "act", "not_by_contract") if is_beyond else ""


def _work_columns(content: ActContent, lang: str) -> Columns:
    def heading(key: str) -> str:
        return text(lang, "act", key)

    lines = content.lines
    return lay_columns(
        [
            Column(heading("position"), [str(line.position) for line in lines]),
            Column(heading("work"), grows=True),
            Column(heading("unit"), [text(lang, "unit", line.unit) for line in lines]),
            Column(heading("quantity"), [quantity(line.quantity, lang) for line in lines]),
            Column(heading("price"), [amount(line.price_kop, lang) for line in lines]),
            Column(heading("sum"), [amount(line.sum_kop, lang) for line in lines]),
            Column(heading("warranty"), [_months(line.warranty_months, lang) for line in lines]),
        ]
    )


def _product_columns(content: ActContent, lang: str) -> Columns:
    warranties = [_months(_warranty_months(product, content), lang) for product in content.products]
    return lay_columns(
        [
            Column(text(lang, "act", "position"), [str(len(content.products))]),
            Column(text(lang, "act", "product"), grows=True),
            Column(text(lang, "act", "opening"), width_mm=30),
            Column(text(lang, "act", "serial"), width_mm=38),
            Column(text(lang, "act", "warranty"), warranties),
        ]
    )


def _months(months: int, lang: str) -> str:
    return text(lang, "act", "months", months=months) if months else "—"


def _title(act: StoredAct, lang: str) -> str:
    """What nobody has signed has no number: its job and the showing name it."""
    if act.number is not None:
        return text(lang, "act", "title", number=act.number)
    return text(lang, "act", "title_draft", job=act.content["job_number"], revision=act.revision)


def _running(act: StoredAct, content: ActContent, lang: str) -> str:
    date = short_day(content.drawn_on, lang)
    return text(
        lang, "act", "running", title=_short_title(act, lang), date=date, company=content.company.name
    )


def _short_title(act: StoredAct, lang: str) -> str:
    if act.number is not None:
        return text(lang, "act", "file_name", number=act.number)
    return _title(act, lang)


def _details(product: Product, lang: str) -> str:
    given = [(key, getattr(product, key)) for key in DETAILS]
    return "; ".join(text(lang, "product_detail", key, value=value) for key, value in given if value)


def _warranty_months(product: Product, content: ActContent) -> int:
    if product.warranty_months is not None:
        return product.warranty_months
    return max(line.warranty_months for line in content.lines)


def _accepted(act: StoredAct) -> str | None:
    """Key of the sentence that the client signs. None on an act that he has refused: he has accepted nothing."""
    if act.status == ActStatus.REFUSED:
        return None
    return "accepted_with_remarks" if act.remarks else "accepted"


def _stamp(act: StoredAct, lang: str) -> str | None:
    """The words printed across an act that nobody has signed."""
    if act.status == ActStatus.SIGNED:
        return None
    return text(lang, "act", f"stamp_{act.status}", reason=act.refusal_reason)
