from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import msgspec

from app.documents.api import InvoiceContent, invoice_of, payment_code
from app.http.schemas import AmountKop, In, Out, Text
from app.http.wording import ValueRefused
from app.orders.invoices.models import Invoice
from app.orders.invoices.policies import InvoiceKind, InvoiceStatus, Wanted

Percent = Annotated[int, msgspec.Meta(ge=1, le=100, description="Percent of the agreed sum")]


class IssueInvoice(In):
    """Ask the client for money."""

    kind: Literal["whole", "advance", "rest"]
    """whole: the agreed sum. advance: a part of it, `amount_kop` or `percent`. rest: what is charged and neither
    invoiced nor paid; without an agreed estimate what signed acts charge."""
    amount_kop: AmountKop | None = None
    percent: Percent | None = None
    pay_by: date | None = None
    """The last day to pay. Default: in seven days."""
    comment: Annotated[str, msgspec.Meta(max_length=500)] = ""

    def __post_init__(self) -> None:
        given = [one for one in (self.amount_kop, self.percent) if one is not None]
        if len(given) != (self.kind == "advance"):
            raise ValueRefused("advance_needs_one_sum")

    @property
    def wanted(self) -> Wanted:
        return Wanted(InvoiceKind(self.kind), self.amount_kop, self.percent)


class CancelInvoice(In):
    reason: Text


class InvoiceOut(Out):
    id: UUID
    number: int
    order_id: UUID
    client_id: UUID
    kind: str
    status: str
    """issued, partly_paid, paid, overdue or canceled."""
    total_kop: int
    paid_kop: int
    """Money of the order that counts for this invoice."""
    left_kop: int
    issued_on: date
    pay_by: date
    issued_by: UUID
    canceled_at: datetime | None
    canceled_by: UUID | None
    """Null with `canceled_at`: canceled together with its order."""
    cancel_reason: str | None
    content: InvoiceContent
    """What stands on it."""
    payment_code: str | None
    """What its QR code says (GOST R 56042-2014, UTF-8). Null: it is paid or canceled."""
    created_at: datetime

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        content = invoice_of(invoice.content)
        is_payable = invoice.status not in (InvoiceStatus.PAID, InvoiceStatus.CANCELED)
        same: dict[str, Any] = {
            name: getattr(invoice, name)
            for name in cls.__struct_fields__
            if name not in ("left_kop", "content", "payment_code")
        }
        return cls(
            **same,
            left_kop=invoice.total_kop - invoice.paid_kop,
            content=content,
            payment_code=payment_code(content) if is_payable else None,
        )
