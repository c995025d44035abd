"""Money taken in the field and given back by the office. Rows are only ever added."""

from datetime import datetime
from uuid import UUID

from app.core.scope import Scope
from app.db.work import Work
from app.orders.client_orders.queries import LOCK_ORDER
from app.orders.client_orders.service import OrderNotFound
from app.orders.payments import policies, queries
from app.orders.payments.policies import Money, Outcome, StoredPayment


def keep_payment(work: Work, outcome: Outcome) -> StoredPayment:
    """Write what was decided about a payment."""
    work.write(*outcome.changes)
    work.announce(*outcome.news)
    return outcome.payment


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
        facts.order, facts.balance, facts.money.held, money, reason=reason, by=scope.user_id, now=now
    )
    return keep_payment(work, outcome)
