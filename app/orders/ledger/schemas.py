from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from app.http.schemas import Out
from app.orders.ledger.models import LedgerEntry
from app.orders.ledger.policies import OrderMoney


class LedgerEntryOut(Out):
    """One reason why the client owes more (positive) or less (negative)."""

    id: UUID
    kind: str
    """contract, superseded (by a newer contract), act (work beyond the contract or without one), canceled,
    payment or refund."""
    part: str
    """goods, work, or all: money for whatever is owed."""
    amount_kop: int
    source_id: UUID
    """The estimate, act, payment or order that is the reason."""
    happened_at: datetime
    done_by: UUID | None

    @classmethod
    def of(cls, entry: LedgerEntry) -> Self:
        return cls(**{name: getattr(entry, name) for name in cls.__struct_fields__})


class OrderMoneyOut(Out):
    """What an order costs, what is paid, what is still due, and every entry that these sums are made of."""

    contract_kop: int | None
    """The agreed sum. Null: nothing has been agreed, or the order is canceled."""
    goods_kop: int
    """Charged for goods."""
    work_kop: int
    """Charged for work: what is agreed, and what signed acts charge beyond it."""
    charged_kop: int
    paid_kop: int
    """All that the client has ever paid."""
    refunded_kop: int
    held_kop: int
    """What we hold of it."""
    due_kop: int
    """What the client still has to pay."""
    due_goods_kop: int
    due_work_kop: int
    over_kop: int
    """Money that we hold and that nothing charged needs."""
    entries: list[LedgerEntryOut]

    @classmethod
    def of(cls, money: OrderMoney, entries: Sequence[LedgerEntry]) -> Self:
        return cls(
            contract_kop=money.contract_kop,
            goods_kop=money.goods_kop,
            work_kop=money.work_kop,
            charged_kop=money.charged_kop,
            paid_kop=money.paid_kop,
            refunded_kop=money.refunded_kop,
            held_kop=money.held.total,
            due_kop=money.due_kop,
            due_goods_kop=money.due.goods,
            due_work_kop=money.due.work,
            over_kop=money.over_kop,
            entries=[LedgerEntryOut.of(entry) for entry in entries],
        )
