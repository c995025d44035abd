"""Money taken on site: who may, and when."""

from datetime import datetime
from uuid import UUID

from app.core.scope import Scope
from app.db.work import Work
from app.dispatch import api as dispatch
from app.dispatch.api import VisitNotFound
from app.field.payments import policies, queries
from app.field.payments.schemas import TakePayment
from app.orders import api as orders
from app.orders.api import StoredPayment


async def take_payment(
    work: Work, scope: Scope, *, visit_id: UUID, payment: TakePayment, now: datetime
) -> StoredPayment:
    """Record what the client gave. The order's row is locked, so that sums add up.

    Raises:
        VisitNotFound: not his visit.
        VisitNotAtWork, OrderCanceled, PaymentUnexpected: see `policies.take`.
    """
    taken_at = payment.happened_at(now)
    dispatch.lock_visit_with_order(work, visit_id)
    facts = await work.one(
        queries.TO_TAKE,
        visit=visit_id,
        **dispatch.sight_of(scope),
        **orders.same_payment(payment.money, taken_at),
    )
    if facts is None:
        raise VisitNotFound(visit_id=visit_id)
    outcome = policies.take(
        facts,
        payment.money,
        reason=payment.reason.strip(),
        command_id=payment.command_id,
        by=scope.user_id,
        taken_at=taken_at,
        now=now,
    )
    return orders.keep_payment(work, outcome)
