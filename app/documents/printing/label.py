"""The label that is stuck to a product: 58 × 40 mm, as label printers take it."""

from datetime import date

import msgspec

from app.core.i18n import text
from app.documents.codes import show_code
from app.documents.printing.paper import qr_svg, short_day, stylesheet, templates
from app.documents.printing.press import print_pdf


class Label(msgspec.Struct, frozen=True, kw_only=True):
    tag_code: str
    tag_url: str
    """What the QR code says."""
    product: str
    opening: str
    installed_on: date
    company_name: str
    company_phone: str


async def print_label(label: Label, lang: str) -> bytes:
    html = (
        templates()
        .get_template("label.html")
        .render(
            lang=lang,
            css=stylesheet("label.css"),
            qr=qr_svg(label.tag_url),
            code=show_code(label.tag_code),
            product=label.product,
            opening=label.opening,
            installed=text(lang, "label", "installed", date=short_day(label.installed_on, lang)),
            company_name=label.company_name,
            company_phone=label.company_phone,
        )
    )
    return await print_pdf(html)
