from typing import Literal

from app.field.schemas import FieldCommand
from app.http.schemas import AmountKop
from app.orders.api import Money, PaymentMethod, PaymentReason, PaysFor, ReceiptRef


class TakePayment(FieldCommand, kw_only=True):
    """Money the client gave on site."""

    kind: Literal["prepayment", "final"]
    amount_kop: AmountKop
    method: PaymentMethod
    receipt_ref: ReceiptRef = ""
    """Number of the fiscal receipt or of the transfer."""
    pays_for: PaysFor | None = None
    """Default: a prepayment pays for the goods (of a repair, for everything), a final payment for whatever is
    owed. What pays for the goods is not deducted from the fitting."""
    reason: PaymentReason = ""
    """Why the sum is right. Needed if it is not what is due, or came before."""

    @property
    def money(self) -> Money:
        return Money(self.kind, self.amount_kop, self.method, self.receipt_ref, self.pays_for)
