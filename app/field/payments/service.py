"""Money taken on site and given back by the office: who may, and when."""

from datetime import datetime
from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session
from app.dispatch import api as dispatch
from app.field.payments.schemas import RefundPayment, TakePayment
from app.field.visits import AT_WORK, REPORTED, VisitNotAtWork
from app.orders import api as orders
from app.orders.api import Money, Payment


async def take_payment(
    session: Session, scope: Scope, *, visit_id: UUID, payment: TakePayment, now: datetime
) -> Payment:
    """Record what the client gave. The same command again is the same payment.

    Raises:
        VisitNotFound: not his visit.
        VisitNotAtWork: he has not been there.
        CommandReused: the command id came before with something else.
    """
    visit = await dispatch.lock_visit(session, scope, visit_id)
    money = Money(payment.kind, payment.amount_kop, payment.method, payment.receipt_ref)
    known = await orders.find_repeated_payment(
        session, scope, command_id=payment.command_id, visit_id=visit_id, money=money
    )
    if known is not None:
        return known
    if visit.status not in AT_WORK | REPORTED:
        raise VisitNotAtWork(status=visit.status)
    return await orders.take_payment(
        session,
        scope,
        job_id=visit.job_id,
        visit_id=visit_id,
        command_id=payment.command_id,
        money=money,
        taken_at=payment.happened_at(now),
    )


async def refund_payment(
    session: Session, scope: Scope, *, order_id: UUID, refund: RefundPayment, now: datetime
) -> Payment:
    """Give money back.

    Raises:
        OrderNotFound: no such order in this company.
        RefundTooLarge: `balance_kop` says what can still be given back.
    """
    money = Money("refund", refund.amount_kop, refund.method, refund.receipt_ref)
    return await orders.refund_payment(
        session, scope, order_id=order_id, money=money, reason=refund.reason, now=now
    )
