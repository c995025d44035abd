"""What stands on an invoice, as it is stored. It never changes: a mistake is a canceled invoice and a new one."""

from datetime import date
from typing import Any

import msgspec

from app.documents.content.act import Kopecks, Requisites

FORMAT = "brigada.invoice/1"


class Bank(msgspec.Struct, kw_only=True, frozen=True):
    """Where the client pays to."""

    name: str
    bic: str
    account: str
    corr_account: str
    """Empty: the bank has none."""


class InvoiceLine(msgspec.Struct, kw_only=True, frozen=True):
    position: int
    name_ru: str
    name_en: str
    unit: str
    quantity: int | str
    """`2` or `"2.4"`: fractions do not hash reliably."""
    price_kop: Kopecks
    discount_kop: Kopecks
    total_kop: Kopecks
    """Price by quantity, without the discount."""
    vat_rate: int | None
    """Percent; null: no VAT."""
    vat_kop: Kopecks
    """Part of the total."""


class InvoiceContent(msgspec.Struct, kw_only=True, frozen=True):
    """What the client is asked to pay, to whom, and until when."""

    format: str
    number: int
    kind: str
    """whole, advance or rest."""
    issued_on: date
    """By the company's calendar."""
    pay_by: date
    lang: str
    """The client's."""
    company: Requisites
    bank: Bank
    client_name: str
    client_inn: str
    address: str
    order_number: int
    lines: list[InvoiceLine]
    total_kop: Kopecks
    comment: str

    @property
    def vat_by_rate(self) -> dict[int, int]:
        """VAT that the total contains, kopecks by percent. Empty: without VAT."""
        sums: dict[int, int] = {}
        for line in self.lines:
            if line.vat_rate is not None:
                sums[line.vat_rate] = sums.get(line.vat_rate, 0) + line.vat_kop
        return dict(sorted(sums.items()))


def invoice_of(stored: dict[str, Any]) -> InvoiceContent:
    return msgspec.convert(stored, InvoiceContent)
