"""The invoice on paper. Everything comes from the stored content, except whether it is paid or canceled by now."""

from datetime import UTC, datetime, time

import msgspec

from app.core.i18n import text
from app.documents.content.invoice import InvoiceContent, InvoiceLine
from app.documents.payment_code import payment_code, payment_purpose
from app.documents.printing.columns import Column, Columns, lay_columns
from app.documents.printing.paper import amount, payment_qr_svg, quantity, render_paper, short_day
from app.documents.printing.press import print_pdf


class InvoicePaper(msgspec.Struct, frozen=True, kw_only=True):
    content: InvoiceContent
    status: str
    """issued, partly_paid, paid, overdue or canceled."""
    cancel_reason: str | None


async def print_invoice(invoice: InvoicePaper, lang: str, *, logo: bytes | None) -> bytes:
    """The PDF of an invoice. One that is paid or canceled says so and has no payment code: nobody pays it again."""
    return await print_pdf(invoice_html(invoice, lang, logo=logo))


def invoice_html(invoice: InvoicePaper, lang: str, *, logo: bytes | None) -> str:
    content = invoice.content
    is_payable = invoice.status not in ("paid", "canceled")
    return render_paper(
        "invoice.html",
        lang,
        company=content.company,
        title=text(lang, "invoice", "title", number=content.number),
        running=text(
            lang,
            "invoice",
            "running",
            number=content.number,
            date=short_day(content.issued_on, lang),
            company=content.company.name,
        ),
        created_at=_made_at(content),
        logo=logo,
        invoice=content,
        t=lambda key, **params: text(lang, "invoice", key, **params),
        table=_columns(content, lang),
        vat=lambda line: _vat(line, lang),
        stamp=_stamp(invoice, lang),
        purpose=payment_purpose(content),
        qr=payment_qr_svg(payment_code(content)) if is_payable else None,
        discount_kop=sum(line.discount_kop for line in content.lines),
    )


def _columns(content: InvoiceContent, lang: str) -> Columns:
    def heading(key: str) -> str:
        return text(lang, "invoice", key)

    lines = content.lines
    return lay_columns(
        [
            Column(heading("line_position"), [str(line.position) for line in lines]),
            Column(heading("line_name"), grows=True),
            Column(heading("line_unit"), [text(lang, "unit", line.unit) for line in lines]),
            Column(heading("line_quantity"), [quantity(line.quantity, lang) for line in lines]),
            Column(heading("line_price"), [amount(line.price_kop, lang) for line in lines]),
            Column(heading("line_vat"), [_vat(line, lang) for line in lines]),
            Column(heading("line_sum"), [amount(line.total_kop, lang) for line in lines]),
        ]
    )


def _vat(line: InvoiceLine, lang: str) -> str:
    if line.vat_rate is None:
        return text(lang, "invoice", "line_no_vat")
    return text(lang, "invoice", "line_vat_rate", rate=line.vat_rate)


def _made_at(content: InvoiceContent) -> datetime:
    """Goes into the PDF. Midnight of its day, so that the same invoice printed again has the same bytes."""
    return datetime.combine(content.issued_on, time.min, UTC)


def _stamp(invoice: InvoicePaper, lang: str) -> str | None:
    if invoice.status == "canceled":
        return text(lang, "invoice", "stamp_canceled", comment=invoice.cancel_reason or "")
    return text(lang, "invoice", "stamp_paid") if invoice.status == "paid" else None
