"""Whether a payment can be right: it is compared with what is due, and with what was taken before.

Real money is never lost by a rule: a payment that looks wrong is recorded when somebody says why, or when it
cannot be refused any more. The accountant then looks at it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.core.errors import DomainError
from app.orders.client_orders.policies import OrderCanceled
from app.orders.invoices.policies import InvoiceState
from app.orders.ledger.policies import OrderMoney

SAME_DAY = timedelta(hours=24)
"""The same sum within this time looks like the same payment, by whatever method it is written down."""
SMALL_PART = {"final": 10, "prepayment": 20}
"""A payment of a tenth (a twentieth) of what is due, or less, looks like a missing digit."""
LATE = timedelta(minutes=10)
"""A phone that sends a payment so long afterwards had no network. The client has gone, so nothing can be refused."""


class Doubt(StrEnum):
    """Why a payment looks wrong. Each has a text in `[words]`."""

    MORE_THAN_DUE = "more_than_due"
    NOTHING_DUE = "nothing_due"
    FAR_LESS_THAN_DUE = "far_less_than_due"
    REPEATED_SUM = "repeated_sum"
    ON_CANCELED_ORDER = "on_canceled_order"


class PaymentUnexpected(DomainError):
    """The sum does not fit. `due_kop` is what the client owes, `doubts` says what is wrong. A reason overrules it."""

    code = "payment_unexpected"


class Expected(NamedTuple):
    """What is known of an order before money is taken for it."""

    number: int
    is_canceled: bool
    money: OrderMoney
    is_repeated: bool
    """The same sum was taken not long before or after, by any method."""
    invoices: Sequence[InvoiceState]
    """Those that are not canceled, by number."""

    def due_kop(self, invoice_id: UUID | None) -> int:
        """What the client has to pay: of the order, and of this invoice no more than that.

        An invoice keeps its sum when a cheaper estimate is agreed.
        """
        left = [one.total_kop - one.paid_kop for one in self.invoices if one.id == invoice_id]
        return min([max(self.money.due_kop, 0), *left])


def find_doubts(
    expected: Expected, *, kind: str, amount_kop: int, invoice_id: UUID | None = None
) -> list[Doubt]:
    """What does not fit. A prepayment without an agreed price or an invoice is compared with earlier payments alone."""
    found: list[Doubt] = []
    if expected.is_canceled:
        found.append(Doubt.ON_CANCELED_ORDER)
    elif kind == "final" or invoice_id is not None or expected.money.contract_kop is not None:
        found += _compare(amount_kop, expected.due_kop(invoice_id), SMALL_PART[kind])
    return found + [Doubt.REPEATED_SUM] * expected.is_repeated


def _compare(amount_kop: int, due_kop: int, small_part: int) -> list[Doubt]:
    if due_kop <= 0:
        return [Doubt.NOTHING_DUE]
    if amount_kop > due_kop:
        return [Doubt.MORE_THAN_DUE]
    return [Doubt.FAR_LESS_THAN_DUE] if amount_kop * small_part <= due_kop else []


def is_late(*, taken_at: datetime, now: datetime) -> bool:
    return now - taken_at > LATE


def check_doubts(
    doubts: Sequence[Doubt], *, due_kop: int, amount_kop: int, reason: str, may_refuse: bool
) -> None:
    """Refuse what looks wrong. `may_refuse` is False if the money is in our hands already and cannot be given back
    on the spot.

    Raises:
        OrderCanceled: nothing is paid on a canceled order.
        PaymentUnexpected: the sum does not fit, and nobody said why.
    """
    if not may_refuse:
        return
    if Doubt.ON_CANCELED_ORDER in doubts:
        raise OrderCanceled
    if doubts and not reason:
        raise PaymentUnexpected(
            doubts=[str(one) for one in doubts],
            due_kop=due_kop,
            amount_kop=amount_kop,
        )
