"""The label that is stuck to a product: 58 × 40 mm, as label printers take it."""

from app.core.i18n import text
from app.documents.codes import show_code
from app.documents.models import Passport
from app.documents.printing.paper import qr_svg, short_day, stylesheet, templates
from app.documents.printing.press import print_pdf


async def print_label(
    passport: Passport, lang: str, *, tag_url: str, company_name: str, company_phone: str
) -> bytes:
    html = (
        templates()
        .get_template("label.html")
        .render(
            lang=lang,
            css=stylesheet("label.css"),
            qr=qr_svg(tag_url),
            code=show_code(passport.tag_code),
            product=passport.product["name"],
            opening=passport.product["opening_label"],
            installed=text(lang, "label", "installed", date=short_day(passport.installed_on, lang)),
            company_name=company_name,
            company_phone=company_phone,
        )
    )
    return await print_pdf(html)
