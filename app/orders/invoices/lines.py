"""The lines of an invoice: values in, values out."""

from collections.abc import Sequence

from app.core.i18n import text
from app.core.money import split_kop
from app.core.quantities import stored_quantity
from app.documents.api import InvoiceLine
from app.orders.estimates.pricing import vat_in
from app.orders.estimates.values import Contract, ContractLine
from app.orders.invoices.policies import InvoiceKind


def lines_of_contract(contract: Contract) -> list[InvoiceLine]:
    """For the whole sum: what was agreed, line by line."""
    return [_line_of_contract(line) for line in contract.lines]


def _line_of_contract(line: ContractLine) -> InvoiceLine:
    return InvoiceLine(
        position=line.position,
        name_ru=line.name_ru,
        name_en=line.name_en,
        unit=line.unit,
        quantity=stored_quantity(line.quantity),
        price_kop=line.price_kop,
        discount_kop=line.discount_kop,
        total_kop=line.total_kop,
        vat_rate=line.vat_rate,
        vat_kop=line.vat_kop,
    )


def lines_of_part(
    kind: InvoiceKind, total_kop: int, contract: Contract | None, *, order_number: int
) -> list[InvoiceLine]:
    """For a part of what is charged: one line for each rate of VAT, in the proportion in which it was agreed.

    Without a contract nothing is known of VAT, and it is one line.
    """
    rates = _totals_by_rate(contract.lines if contract else [])
    shares = split_kop(total_kop, list(rates.values())) if rates else [total_kop]
    key = _name_key(kind, contract)
    names = {lang: text(lang, "invoice", key, order=order_number) for lang in ("ru", "en")}
    parts = [(rate, share) for rate, share in zip(rates or {None: 0}, shares, strict=True) if share]
    return [
        InvoiceLine(
            position=position,
            name_ru=names["ru"],
            name_en=names["en"],
            unit="pcs",
            quantity=1,
            price_kop=share,
            discount_kop=0,
            total_kop=share,
            vat_rate=rate,
            vat_kop=vat_in(share, rate),
        )
        for position, (rate, share) in enumerate(parts, start=1)
    ]


def _name_key(kind: InvoiceKind, contract: Contract | None) -> str:
    if kind == InvoiceKind.ADVANCE:
        return "line_advance"
    return "line_rest" if contract else "line_done"


def _totals_by_rate(lines: Sequence[ContractLine]) -> dict[int | None, int]:
    totals: dict[int | None, int] = {}
    for line in lines:
        if line.total_kop:
            totals[line.vat_rate] = totals.get(line.vat_rate, 0) + line.total_kop
    return totals
