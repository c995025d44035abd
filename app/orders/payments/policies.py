"""Decisions about the money of an order: facts in; a refusal or the changes out. Sums are in kopecks."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.contracts.event import Event
from app.contracts.field import PaymentRefunded, PaymentTaken
from app.core.amounts import Amounts
from app.core.changes import Change, Insert
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.notifications.api import InboxKind, Item, add_item
from app.orders.client_orders.policies import OrderState, Settled, settle
from app.orders.invoices.policies import InvoiceState, follow_money
from app.orders.ledger.policies import Cause, EntryKind, Part, split_refund, write_entries
from app.orders.payments.plausibility import Expected, check_doubts, find_doubts
from app.orders.statuses import JobKind


class RefundTooLarge(DomainError):
    """More than we hold of this client's money."""

    code = "refund_too_large"


class Money(NamedTuple):
    """What changed hands."""

    kind: str
    """prepayment, final or refund."""
    amount_kop: int
    method: str
    receipt_ref: str
    pays_for: str | None = None
    """goods, work or all. None: nobody said, see `part_paid_for`."""


class StoredPayment(NamedTuple):
    """A payment as it is kept. Field names are those of the table."""

    id: UUID
    order_id: UUID
    invoice_id: UUID | None
    job_id: UUID | None
    visit_id: UUID | None
    kind: str
    amount_kop: int
    method: str
    receipt_ref: str
    pays_for: str
    doubts: list[str]
    comment: str
    command_id: UUID | None
    taken_by: UUID
    taken_at: datetime

    @property
    def money(self) -> Money:
        return Money(self.kind, self.amount_kop, self.method, self.receipt_ref, self.pays_for)


class Outcome(NamedTuple):
    """The result of a decision: the payment, the changes to write and the news."""

    payment: StoredPayment
    changes: Sequence[Change] = ()
    news: Sequence[Event] = ()


class Balance(NamedTuple):
    prepaid_kop: int
    """Taken as prepayments."""
    final_kop: int
    """Taken when the work was done."""
    refunded_kop: int

    @property
    def balance_kop(self) -> int:
        """What we hold of the client's money."""
        return self.prepaid_kop + self.final_kop - self.refunded_kop

    @property
    def prepaid_left_kop(self) -> int:
        """The last money in is the first to go back: refunds touch prepayments only when the final
        payments are used up."""
        return self.prepaid_kop - max(0, self.refunded_kop - self.final_kop)


def part_paid_for(money: Money, *, job_kind: str | None, advance_pays_for: str | None) -> Part:
    """What a payment pays for if nobody says it.

    A prepayment pays for what the contract says. Without a contract it pays for the goods: it is taken so that
    they can be made. A repair has no goods to be made. The last payment pays for whatever is owed.
    """
    if money.pays_for is not None:
        return Part(money.pays_for)
    if money.kind == "prepayment" and advance_pays_for is not None:
        return Part(advance_pays_for)
    has_goods = job_kind not in (JobKind.SERVICE, JobKind.CLAIM)
    return Part.GOODS if money.kind == "prepayment" and has_goods else Part.ALL


class Taken(NamedTuple):
    """Where, when and by whom money was taken."""

    job_id: UUID | None
    job_kind: str | None
    """None: booked by the office."""
    visit_id: UUID | None
    command_id: UUID | None
    by: UUID
    at: datetime
    now: datetime
    invoice_id: UUID | None = None
    reason: str = ""
    """Why the sum is right although it looks wrong."""
    may_refuse: bool = True
    """False: the client has gone, or the money has come by itself."""


def take(order: OrderState, expected: Expected, money: Money, taken: Taken) -> Outcome:
    """The client gave money. A prepayment can change the status of his order.

    Raises:
        OrderCanceled, PaymentUnexpected: see `check_doubts`.
    """
    doubts = find_doubts(expected, kind=money.kind, amount_kop=money.amount_kop, invoice_id=taken.invoice_id)
    due_kop = expected.due_kop(taken.invoice_id)
    check_doubts(
        doubts,
        due_kop=due_kop,
        amount_kop=money.amount_kop,
        reason=taken.reason,
        may_refuse=taken.may_refuse,
    )
    payment = StoredPayment(
        id=uuid7(),
        order_id=order.id,
        invoice_id=taken.invoice_id,
        job_id=taken.job_id,
        visit_id=taken.visit_id,
        doubts=[str(one) for one in doubts],
        comment=taken.reason,
        command_id=taken.command_id,
        taken_by=taken.by,
        taken_at=taken.at,
        **money._replace(pays_for=_part_paid_for(money, taken, expected))._asdict(),
    )
    row = Insert("payment", payment._asdict())
    entries = _enter(payment, EntryKind.PAYMENT, -Amounts(**{payment.pays_for: payment.amount_kop}))
    news = PaymentTaken(
        payment_id=payment.id,
        order_id=order.id,
        job_id=taken.job_id,
        amount_kop=payment.amount_kop,
        method=payment.method,
    )
    shown, shown_news = _show_doubts(payment, expected.number, due_kop)
    order_changes, order_news = _prepay(order, money.amount_kop if money.kind == "prepayment" else 0)
    invoices = _count_for_invoices(payment, expected, now=taken.now)
    return Outcome(
        payment, [row, *entries, *order_changes, *invoices, *shown], [*order_news, *shown_news, news]
    )


def _count_for_invoices(payment: StoredPayment, expected: Expected, *, now: datetime) -> Sequence[Change]:
    named = [
        one._replace(named_kop=one.named_kop + payment.amount_kop) if one.id == payment.invoice_id else one
        for one in expected.invoices
    ]
    return follow_money(named, expected.money.held.total + payment.amount_kop, now=now)


def _part_paid_for(money: Money, taken: Taken, expected: Expected) -> Part:
    return part_paid_for(money, job_kind=taken.job_kind, advance_pays_for=expected.money.advance_pays_for)


def _show_doubts(
    payment: StoredPayment, number: int, due_kop: int
) -> tuple[Sequence[Change], Sequence[Event]]:
    """An item for the accountant about a payment that looks wrong."""
    if not payment.doubts:
        return (), ()
    params = {
        "payment_id": str(payment.id),
        "number": number,
        "amount_kop": payment.amount_kop,
        "due_kop": due_kop,
        "doubts": payment.doubts,
        "comment": payment.comment,
    }
    item = Item("accountant", InboxKind.PAYMENT_DOUBTFUL, "order", payment.order_id, params, str(payment.id))
    insert, news = add_item(item)
    return [insert], [news]


def _enter(payment: StoredPayment, kind: EntryKind, amounts: Amounts) -> Sequence[Change]:
    cause = Cause(payment.order_id, kind, payment.id, payment.taken_at, payment.taken_by)
    return write_entries(cause, amounts)


def refund(
    order: OrderState,
    balance: Balance,
    held: Amounts,
    invoices: Sequence[InvoiceState],
    money: Money,
    *,
    reason: str,
    by: UUID,
    now: datetime,
) -> Outcome:
    """Money goes back to the client, as an opposite row. His order may lose its prepayment, and its status.

    Raises:
        RefundTooLarge: `balance_kop` says what can still be given back.
    """
    if money.amount_kop > balance.balance_kop:
        raise RefundTooLarge(balance_kop=balance.balance_kop)
    payment = StoredPayment(
        id=uuid7(),
        order_id=order.id,
        invoice_id=None,
        job_id=None,
        visit_id=None,
        doubts=[],
        comment=reason,
        command_id=None,
        taken_by=by,
        taken_at=now,
        **money._replace(pays_for=Part.ALL)._asdict(),
    )
    entries = _enter(payment, EntryKind.REFUND, split_refund(held, money.amount_kop))
    after = balance._replace(refunded_kop=balance.refunded_kop + money.amount_kop)
    changes, news = _prepay(order, after.prepaid_left_kop - balance.prepaid_left_kop)
    given_back = PaymentRefunded(
        payment_id=payment.id, order_id=order.id, amount_kop=payment.amount_kop, method=payment.method
    )
    paid_back = follow_money(invoices, held.total - money.amount_kop, now=now)
    return Outcome(
        payment,
        [Insert("payment", payment._asdict()), *entries, *changes, *paid_back],
        [*news, given_back],
    )


def _prepay(order: OrderState, amount_kop: int) -> Settled:
    """Add this much to the order's prepayment. A negative amount went back to the client."""
    return settle(order, order.facts._replace(prepaid_kop=order.facts.prepaid_kop + amount_kop))
