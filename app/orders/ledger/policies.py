"""What a client owes for an order, as a sum of entries: values in, values out. Sums are in kopecks.

An order has two parts: the goods (windows, doors, sills) and the work (fitting, repair). Each is charged by
itself, because money for the windows does not pay for the fitting.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.amounts import Amounts, amounts_due
from app.core.changes import Change, InsertMany
from app.core.ids import uuid7


class Part(StrEnum):
    """What is charged or paid for."""

    GOODS = "goods"
    WORK = "work"
    ALL = "all"
    """Of money only: for whatever is owed."""


class EntryKind(StrEnum):
    CONTRACT = "contract"
    """An estimate was agreed."""
    SUPERSEDED = "superseded"
    """A newer estimate took its place."""
    ACT = "act"
    """An act was signed, for work that no contract covers."""
    CANCELED = "canceled"
    """The order was canceled: what was agreed is not owed any more."""
    PAYMENT = "payment"
    REFUND = "refund"


class Cause(NamedTuple):
    """Why entries are written."""

    order_id: UUID
    kind: EntryKind
    source_id: UUID
    happened_at: datetime
    done_by: UUID | None


def write_entries(cause: Cause, amounts: Amounts) -> Sequence[Change]:
    """The rows of a cause, one for each part that has an amount. A cause is written once."""
    rows = [
        {"id": uuid7(), **cause._asdict(), "part": Part(part), "amount_kop": amount}
        for part, amount in amounts._asdict().items()
        if amount
    ]
    return [InsertMany("ledger_entry", rows)] if rows else []


class OrderMoney(NamedTuple):
    """The money of one order, all of it summed up from its entries."""

    contract_kop: int | None
    """The agreed sum. None: nothing has been agreed, or the order is canceled."""
    advance_pays_for: str | None
    """What the contract says of prepayments: goods or all."""
    goods_kop: int
    """Charged for goods."""
    work_kop: int
    """Charged for work: what is agreed, and what signed acts charge beyond it."""
    held: Amounts
    """Money of the client that we hold, by what it pays for."""
    paid_kop: int
    """All that the client has ever paid."""
    refunded_kop: int

    @property
    def charged_kop(self) -> int:
        return self.goods_kop + self.work_kop

    @property
    def due(self) -> Amounts:
        """What the client still has to pay, by part."""
        return amounts_due(
            Amounts(self.goods_kop, self.work_kop),
            self.held,
            is_price_known=self.contract_kop is not None,
        )

    @property
    def due_kop(self) -> int:
        return self.due.total

    @property
    def over_kop(self) -> int:
        """Money that we hold and that nothing charged needs."""
        return self.held.total - (self.charged_kop - self.due_kop)


def split_refund(held: Amounts, amount_kop: int) -> Amounts:
    """From which money a refund is taken. The money that was tied least goes back first: for everything, for
    work, for goods. The caller has made sure that so much is held."""
    from_all = min(held.all, amount_kop)
    from_work = min(held.work, amount_kop - from_all)
    return Amounts(amount_kop - from_all - from_work, from_work, from_all)
