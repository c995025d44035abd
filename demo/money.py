"""What an order costs and how it is paid: estimate, invoice with its payment code, a payment that does not fit."""

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from demo.caller import Caller, Refused
from demo.company import Company
from demo.transcript import Transcript, roubles

WINDOW = {"part": "goods", "name": "Окно ПВХ двухстворчатое, 70 мм", "unit": "pcs", "quantity": 1}


def agree_price(company: Company, transcript: Transcript, order_id: str, out: Path) -> None:
    """The office writes an estimate, the client agrees, and half of it is invoiced and paid by transfer."""
    transcript.step("M10", "The order gets a price: estimate, agreed sum, invoice with a payment code")
    olga, irina = company.olga, company.irina
    contract = _agree_estimate(company, transcript, order_id)
    invoice = olga.issue_invoice(order_id, {"kind": "advance", "percent": 50})
    for lang in ("ru", "en"):
        (out / f"invoice-{lang}.pdf").write_bytes(olga.get_invoice_pdf(invoice["id"], lang=lang))
    transcript.says(
        olga.name,
        f"issued invoice № {invoice['number']} for {roubles(invoice['total_kop'])},"
        f" of which {roubles(invoice['paid_kop'])} had been paid on site",
    )
    transcript.says("payment code", invoice["payment_code"])
    transcript.promise(
        invoice["total_kop"] * 2 == contract["total_kop"], "the advance is half of the agreed sum"
    )
    payment = {"kind": "prepayment", "method": "transfer", "invoice_id": invoice["id"]}
    irina.book_payment(order_id, payment | {"amount_kop": invoice["left_kop"], "receipt_ref": "п/п 318"})
    paid = olga.get_invoice(invoice["id"])
    transcript.says("the bank", f"{roubles(invoice['left_kop'])} came by transfer")
    transcript.promise(paid["status"] == "paid", "the invoice is paid when the transfer is booked")


def _agree_estimate(company: Company, transcript: Transcript, order_id: str) -> dict[str, Any]:
    olga = company.olga
    work = next(one["code"] for one in olga.list_work_items()["items"] if "window" in one["code"])
    lines = [
        WINDOW | {"opening_label": label, "price_kop": price_kop, "vat_rate": 22}
        for label, price_kop in (("О-1", 38_500_00), ("О-2", 44_300_00))
    ]
    fitting = {"part": "work", "work_code": work, "quantity": 2, "vat_rate": 22}
    draft = olga.draft_estimate(order_id, {"lines": [*lines, fitting]})
    for line in draft["lines"]:
        transcript.says("estimate", f"{line['name_ru']} × {line['quantity']} = {roubles(line['total_kop'])}")
    contract: dict[str, Any] = olga.agree_estimate(
        draft["id"], {"note": "По телефону"}, if_match=f'"{draft["version"]}"'
    )
    money = olga.get_order_money(order_id)
    transcript.says("Анна Сергеевна", f"agreed to {roubles(contract['total_kop'])}")
    transcript.promise(
        money["contract_kop"] == contract["total_kop"] == money["charged_kop"],
        "what is agreed is the price of the order",
    )
    return contract


def pay_rest(company: Company, transcript: Transcript, rinat: Caller, visit_id: str, order_id: str) -> None:
    """The client pays the rest on site. A slip of two noughts is refused; the right sum is taken."""
    due_kop = company.olga.get_order_money(order_id)["due_kop"]
    payment = {"kind": "final", "method": "cash"}
    slip = _refusal_of(lambda: rinat.take_payment(visit_id, _tap(**payment, amount_kop=due_kop * 100)))
    transcript.says("refused", str(slip.problem["detail"]).replace("\N{NO-BREAK SPACE}", " "))
    transcript.promise(
        slip.code == "payment_unexpected" and slip.problem["params"]["due_kop"] == due_kop,
        "a hundredfold is refused, and the phone says what is due",
    )
    rinat.take_payment(visit_id, _tap(**payment, amount_kop=due_kop))
    again = _refusal_of(lambda: rinat.take_payment(visit_id, _tap(**payment, amount_kop=due_kop)))
    transcript.says("Анна Сергеевна", f"paid the rest, {roubles(due_kop)} in cash")
    transcript.promise(again.code == "payment_unexpected", "the same sum a second time needs a reason")
    money, books = company.olga.get_order_money(order_id), company.irina.prove_books()
    transcript.promise(
        (money["due_kop"], money["over_kop"]) == (0, 0), "nothing is owed and nothing is held too much"
    )
    transcript.promise(
        books["is_proved"], f"{books['entries']} entries of the ledger add up with their sources"
    )


def _refusal_of(call: Any) -> Refused:
    try:
        call()
    except Refused as refused:
        return refused
    raise AssertionError("nothing was refused")


def _tap(**fields: Any) -> dict[str, Any]:
    """A command of a phone, sent at once."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {"command_id": str(uuid4()), "occurred_at": now, **fields}
