"""The act on paper. Everything comes from the stored act, nothing from the present clients, jobs or prices."""

from datetime import UTC

from app.core.canonical import canonical_json
from app.core.i18n import text
from app.core.money import amount_in_words
from app.core.quantities import format_quantity, quantity_of
from app.documents.codes import show_code
from app.documents.content.act import ActContent, Product, content_of
from app.documents.content.signature import signature_of
from app.documents.content.stored import ActStatus, StoredAct
from app.documents.printing.paper import (
    amount,
    long_day,
    moment,
    picture,
    qr_svg,
    short_day,
    stylesheet,
    templates,
)
from app.documents.printing.press import Enclosure, print_pdf

DETAILS = ("manufacturer", "profile", "glass", "hardware")


async def print_act(
    act: StoredAct, lang: str, *, public_url: str, logo: bytes | None, drawing: bytes | None
) -> bytes:
    """The PDF/A-3 of an act, with the canonical content and the signature's evidence inside.

    The hashes printed on it are those of the two enclosed files, so whoever holds the PDF can check
    them without us. The same act prints to the same bytes.
    """
    html = act_html(act, lang, public_url=public_url, logo=logo, drawing=drawing)
    return await print_pdf(html, enclosures=_enclosures(act, lang), archival=True)


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


def act_html(act: StoredAct, lang: str, *, public_url: str, logo: bytes | None, drawing: bytes | None) -> str:
    content = content_of(act.content)
    timezone = content.company.timezone
    check_url = f"{public_url}/check/{act.check_code}"
    return (
        templates()
        .get_template("act.html")
        .render(
            act=content,
            lang=lang,
            css=stylesheet("act.css"),
            t=lambda key, **params: text(lang, "act", key, **params),
            unit=lambda code: text(lang, "unit", code),
            quantity=lambda quantity: format_quantity(quantity_of(quantity), lang),
            money=lambda amount_kop: amount(amount_kop, lang),
            words=lambda amount_kop: amount_in_words(amount_kop, lang),
            day=lambda day: long_day(day, lang),
            short_day=lambda day: short_day(day, lang),
            details=lambda product: _details(product, lang),
            product_warranty=lambda product: _warranty_months(product, content),
            numbers=_numbers(content, lang),
            stamp=_stamp(act, lang),
            created_at=(act.signed_at or act.presented_at).astimezone(UTC).isoformat(timespec="seconds"),
            logo=picture(logo) if logo else None,
            drawing=picture(drawing) if drawing else None,
            signature=signature_of(act.signature) if act.signature else None,
            signed_at=moment(act.signed_at, timezone, lang) if act.signed_at else None,
            qr=qr_svg(check_url),
            check_url=check_url,
            check_code=show_code(act.check_code),
            content_hash=act.content_hash.hex(),
            signature_hash=act.signature_hash.hex() if act.signature_hash else None,
        )
    )


def _numbers(content: ActContent, lang: str) -> str:
    """`ИНН 7701234567, КПП 770101001, ОГРН …`, those there are."""
    given = [(key, getattr(content.company, key)) for key in ("inn", "kpp", "ogrn")]
    return ", ".join(f"{text(lang, 'act', key)} {value}" for key, value in given if value)


def _details(product: Product, lang: str) -> str:
    given = [(key, getattr(product, key)) for key in DETAILS]
    return "; ".join(text(lang, "product_detail", key, value=value) for key, value in given if value)


def _warranty_months(product: Product, content: ActContent) -> int:
    if product.warranty_months is not None:
        return product.warranty_months
    return max(line.warranty_months for line in content.lines)


def _stamp(act: StoredAct, lang: str) -> str | None:
    """The words printed across an act that nobody has signed."""
    if act.status == ActStatus.SIGNED:
        return None
    return text(lang, "act", f"stamp_{act.status}", reason=act.refusal_reason)
