"""The lines of an invoice: values in, values out."""

from collections.abc import Sequence

from app.core.i18n import text
from app.core.money import split_kop
from app.core.quantities import stored_quantity
from app.documents.api import InvoiceLine
from app.orders.estimates.pricing import vat_in
from app.orders.estimates.values import Contract, ContractLine
from app.orders.invoices.policies import InvoiceKind
from app.orders.ledger.policies import Part


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
    kind: InvoiceKind,
    total_kop: int,
    contract: Contract | None,
    earlier: Sequence[InvoiceLine],
    *,
    order_number: int,
) -> list[InvoiceLine]:
    """For a part of what is charged: one line for each rate of VAT.

    1. An advance for the goods has the rates of the goods, if they cost as much.
    2. Otherwise the rates are divided as in what is agreed and not in `earlier`, the lines of the order's other
       invoices. So the advance and the rest have together the VAT that was agreed.
    3. Without a contract nothing is known of VAT, and it is one line.
    """
    rates = _weights(kind, total_kop, contract, earlier) if contract else {}
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


def _weights(
    kind: InvoiceKind, total_kop: int, contract: Contract, earlier: Sequence[InvoiceLine]
) -> dict[int | None, int]:
    agreed, asked = _totals_by_rate(contract.lines), _totals_by_rate(earlier)
    goods = _totals_by_rate([line for line in contract.lines if line.part == Part.GOODS])
    is_for_goods = kind == InvoiceKind.ADVANCE and contract.advance_pays_for == Part.GOODS
    if is_for_goods and total_kop <= sum(goods.values()):
        return goods
    left = {rate: max(kop - asked.get(rate, 0), 0) for rate, kop in agreed.items()}
    return left if any(left.values()) else agreed


def _totals_by_rate(lines: Sequence[ContractLine] | Sequence[InvoiceLine]) -> dict[int | None, int]:
    totals: dict[int | None, int] = {}
    for line in lines:
        if line.total_kop:
            totals[line.vat_rate] = totals.get(line.vat_rate, 0) + line.total_kop
    return totals
