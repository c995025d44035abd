from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec

from app.http.schemas import AmountKop, In, Moment, Out, Text
from app.orders.payments.policies import Balance, Money, StoredPayment

Method = Literal["cash", "card", "sbp", "transfer"]
PaysFor = Literal["goods", "work", "all"]
ReceiptRef = Annotated[str, msgspec.Meta(max_length=200)]
Reason = Annotated[str, msgspec.Meta(max_length=500)]


class BookPayment(In):
    """Money that came to the office: a transfer, or cash and cards at the counter."""

    kind: Literal["prepayment", "final"]
    amount_kop: AmountKop
    method: Method
    invoice_id: UUID | None = None
    """The invoice it is paid for. Without it the money fills the order's invoices from the oldest on."""
    receipt_ref: ReceiptRef = ""
    """Number of the fiscal receipt or of the transfer."""
    pays_for: PaysFor | None = None
    """Default: a prepayment pays for the goods (of a repair, for everything), a final payment for whatever is
    owed."""
    paid_at: Moment | None = None
    """When the money came. Default: now."""
    reason: Reason = ""
    """Why the sum is right. Needed if it is not what is due, or came before."""

    @property
    def money(self) -> Money:
        return Money(self.kind, self.amount_kop, self.method, self.receipt_ref, self.pays_for)


class RefundPayment(In):
    amount_kop: AmountKop
    method: Method
    reason: Text
    receipt_ref: ReceiptRef = ""

    @property
    def money(self) -> Money:
        return Money("refund", self.amount_kop, self.method, self.receipt_ref)


class PaymentOut(Out):
    id: UUID
    order_id: UUID
    invoice_id: UUID | None
    visit_id: UUID | None
    """Null: booked by the office."""
    kind: str
    """prepayment, final or refund."""
    amount_kop: int
    """Always positive; a refund is money that went out."""
    method: str
    receipt_ref: str
    pays_for: str
    """goods, work, or all: whatever is owed."""
    doubts: list[str]
    """Why it looked wrong when it was taken: more_than_due, nothing_due, far_less_than_due, repeated_sum,
    on_canceled_order. The accountant has an inbox item about it."""
    comment: str
    """The reason of a refund, or why a sum is right that looked wrong."""
    taken_by: UUID
    taken_at: datetime

    @classmethod
    def of(cls, payment: StoredPayment) -> Self:
        return cls(**{field: getattr(payment, field) for field in cls.__struct_fields__})


class PaymentsOut(Out):
    """All money of an order, oldest first."""

    payments: list[PaymentOut]
    prepaid_kop: int
    final_kop: int
    refunded_kop: int
    balance_kop: int
    """What we hold of the client's money."""

    @classmethod
    def of(cls, payments: list[PaymentOut], balance: Balance) -> Self:
        return cls(
            payments=payments,
            prepaid_kop=balance.prepaid_kop,
            final_kop=balance.final_kop,
            refunded_kop=balance.refunded_kop,
            balance_kop=balance.balance_kop,
        )
