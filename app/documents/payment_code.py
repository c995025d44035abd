"""The code on an invoice that a bank's app reads: GOST R 56042-2014, "Financial transaction standards. Two-dimensional
barcode symbols for payments of individuals".

    ST00012|Name=…|PersonalAcc=…|BankName=…|BIC=…|CorrespAcc=…|PayeeINN=…|KPP=…|Sum=…|Purpose=…

`ST` is the format, `0001` its version, `2` means UTF-8, `|` separates the fields.
"""

from collections.abc import Sequence

from app.core.i18n import text
from app.documents.content.invoice import InvoiceContent

HEADER = "ST00012"
SEPARATOR = "|"
LENGTH_MAX = {"Name": 160, "BankName": 45, "Purpose": 210}
"""Characters, by the table of obligatory fields. The numbers have their length anyway."""
NO_ACCOUNT = "0"
"""In place of the correspondent account of a bank that has none."""


def payment_code(invoice: InvoiceContent) -> str:
    """What the QR code says. The five fields that come first must be there, in this order."""
    fields = [
        ("Name", invoice.company.legal_name or invoice.company.name),
        ("PersonalAcc", invoice.bank.account),
        ("BankName", invoice.bank.name),
        ("BIC", invoice.bank.bic),
        ("CorrespAcc", invoice.bank.corr_account or NO_ACCOUNT),
        ("PayeeINN", invoice.company.inn),
        ("KPP", invoice.company.kpp),
        ("Sum", str(invoice.total_kop)),
        ("Purpose", payment_purpose(invoice)),
    ]
    return SEPARATOR.join([HEADER, *_written(fields)])


def _written(fields: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{name}={_plain(value)[: LENGTH_MAX.get(name)].rstrip()}" for name, value in fields if value]


def _plain(value: str) -> str:
    """On one line and without the separator, which would begin another field."""
    return " ".join(value.replace(SEPARATOR, "/").split())


def payment_purpose(invoice: InvoiceContent) -> str:
    """What the client's bank is told. Always in Russian: the banks of both sides are Russian."""
    vat = invoice.vat_by_rate
    named = ", ".join(
        text("ru", "invoice", "purpose_vat", rate=rate, vat_kop=vat_kop) for rate, vat_kop in vat.items()
    )
    return text(
        "ru",
        "invoice",
        "purpose",
        number=invoice.number,
        date=invoice.issued_on.strftime("%d.%m.%Y"),
        order=invoice.order_number,
        vat=text("ru", "invoice", "purpose_with_vat", vat=named)
        if named
        else text("ru", "invoice", "purpose_no_vat"),
    ).replace("\N{NO-BREAK SPACE}₽", " руб.")
