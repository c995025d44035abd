"""All SQL about payments."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from app.core.scope import Scope
from app.db.session import Session
from app.orders.payments.models import Payment
from app.orders.payments.policies import Balance


async def get_payment_of_command(session: Session, scope: Scope, command_id: UUID) -> Payment | None:
    query = select(Payment).where(Payment.company_id == scope.company_id, Payment.command_id == command_id)
    return await session.scalar(query)


async def find_payments(session: Session, scope: Scope, order_id: UUID) -> Sequence[Payment]:
    """Oldest first."""
    query = select(Payment).where(Payment.company_id == scope.company_id, Payment.order_id == order_id)
    return (await session.scalars(query.order_by(Payment.id))).all()


async def find_payments_of_visit(session: Session, scope: Scope, visit_id: UUID) -> Sequence[Payment]:
    query = select(Payment).where(Payment.company_id == scope.company_id, Payment.visit_id == visit_id)
    return (await session.scalars(query.order_by(Payment.id))).all()


async def get_balance(session: Session, scope: Scope, order_id: UUID) -> Balance:
    """True until the end of the transaction only while the order is locked."""
    sums = select(Payment.kind, func.sum(Payment.amount_kop)).where(
        Payment.company_id == scope.company_id, Payment.order_id == order_id
    )
    paid = {kind: int(amount) for kind, amount in await session.execute(sums.group_by(Payment.kind))}
    return Balance(
        prepaid_kop=paid.get("prepayment", 0),
        final_kop=paid.get("final", 0),
        refunded_kop=paid.get("refund", 0),
    )
