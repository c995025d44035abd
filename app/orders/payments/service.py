"""Money taken in the field or booked by the office, and given back. Rows are only ever added."""

from datetime import datetime
from uuid import UUID

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.work import Work
from app.orders.client_orders.queries import LOCK_ORDER
from app.orders.client_orders.service import OrderNotFound
from app.orders.payments import policies, queries
from app.orders.payments.policies import Money, Outcome, StoredPayment, Taken
from app.orders.statuses import JobKind


def keep_payment(work: Work, outcome: Outcome) -> StoredPayment:
    """Write what was decided about a payment."""
    work.write(*outcome.changes)
    work.announce(*outcome.news)
    return outcome.payment


class PaidInFuture(DomainError):
    """The money is said to have come later than now."""

    status = 422
    code = "paid_in_future"


class PaymentForOtherInvoice(DomainError):
    """The invoice is canceled, or it is not one of this order."""

    code = "payment_for_other_invoice"


async def book_payment(
    work: Work,
    scope: Scope,
    *,
    order_id: UUID,
    money: Money,
    invoice_id: UUID | None,
    paid_at: datetime | None,
    reason: str,
    now: datetime,
) -> StoredPayment:
    """Book money that came to the office.

    Raises:
        OrderNotFound: no such order in this company.
        PaidInFuture: `paid_at` is later than now.
        PaymentForOtherInvoice: the invoice is canceled or not of this order.
        OrderCanceled, PaymentUnexpected: see `check_doubts`.
    """
    taken_at = paid_at or now
    if taken_at > now:
        raise PaidInFuture
    work.lock(LOCK_ORDER, order_id)
    facts = await work.one(queries.TO_TAKE, order=order_id, **queries.same_payment(money, taken_at))
    if facts is None:
        raise OrderNotFound(order_id=order_id)
    if invoice_id is not None and invoice_id not in {one.id for one in facts.expected.invoices}:
        raise PaymentForOtherInvoice
    taken = Taken(
        job_id=None,
        job_kind=None if facts.has_goods else JobKind.SERVICE,
        visit_id=None,
        command_id=None,
        by=scope.user_id,
        at=taken_at,
        now=now,
        invoice_id=invoice_id,
        reason=reason,
        may_refuse=money.method != "transfer" or not reason,  # a transfer comes without asking
    )
    return keep_payment(work, policies.take(facts.order, facts.expected, money, taken))


async def refund_payment(
    work: Work, scope: Scope, *, order_id: UUID, money: Money, reason: str, now: datetime
) -> StoredPayment:
    """Give money back. The order's row is locked, so of many refunds at once none is paid twice.

    Raises:
        OrderNotFound: no such order in this company.
        RefundTooLarge: `balance_kop` says what can still be given back.
    """
    work.lock(LOCK_ORDER, order_id)
    facts = await work.one(queries.TO_REFUND, order=order_id)
    if facts is None:
        raise OrderNotFound(order_id=order_id)
    outcome = policies.refund(
        facts.order,
        facts.balance,
        facts.money.held,
        facts.invoices,
        money,
        reason=reason,
        by=scope.user_id,
        now=now,
    )
    return keep_payment(work, outcome)
