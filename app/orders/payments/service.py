"""Money taken in the field and given back by the office. Rows are only ever added."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.contracts.field import PaymentTaken
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session, constraint_of
from app.dispatch import api as dispatch
from app.field.payments.schemas import RefundPayment, TakePayment
from app.field.visits import AT_WORK, REPORTED, VisitNotAtWork
from app.orders.payments import queries
from app.orders.payments.models import Payment

SAME_COMMAND = "uq_payment__company_id_command_id"


class RefundTooLarge(DomainError):
    """More than we hold of this client's money."""

    code = "refund_too_large"


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
    known = await queries.get_payment_of_command(session, scope, payment.command_id)
    if known is not None:
        return _repeated(known, visit_id, payment)
    if visit.status not in AT_WORK | REPORTED:
        raise VisitNotAtWork(status=visit.status)
    job = await dispatch.get_job(session, scope, visit.job_id)
    await dispatch.lock_order(session, scope, job.order_id)
    row = Payment(
        company_id=scope.company_id,
        id=uuid7(),
        order_id=job.order_id,
        job_id=job.id,
        visit_id=visit_id,
        kind=payment.kind,
        amount_kop=payment.amount_kop,
        method=payment.method,
        receipt_ref=payment.receipt_ref,
        comment="",
        command_id=payment.command_id,
        taken_by=scope.user_id,
        taken_at=payment.happened_at(now),
    )
    await _keep(session, row)
    if payment.kind == "prepayment":
        await dispatch.record_prepayment(session, scope, order_id=job.order_id, amount_kop=payment.amount_kop)
    await announce(
        session,
        scope.company_id,
        PaymentTaken(payment_id=row.id, job_id=job.id, amount_kop=row.amount_kop, method=row.method),
    )
    return row


def _repeated(known: Payment, visit_id: UUID, payment: TakePayment) -> Payment:
    sent = (visit_id, payment.kind, payment.amount_kop, payment.method, payment.receipt_ref)
    if (known.visit_id, known.kind, known.amount_kop, known.method, known.receipt_ref) != sent:
        raise dispatch.CommandReused
    return known


async def _keep(session: Session, payment: Payment) -> None:
    """
    Raises:
        CommandReused: the same command was given at two visits at the same moment.
    """
    try:
        async with session.begin_nested():
            session.add(payment)
    except IntegrityError as error:
        if constraint_of(error) == SAME_COMMAND:
            raise dispatch.CommandReused from error
        raise


async def refund_payment(
    session: Session, scope: Scope, *, order_id: UUID, refund: RefundPayment, now: datetime
) -> Payment:
    """Give money back. The order's row is locked, so of many refunds at once none is paid twice.

    Raises:
        OrderNotFound: no such order in this company.
        RefundTooLarge: `balance_kop` says what can still be given back.
    """
    await dispatch.lock_order(session, scope, order_id)
    before = await queries.get_balance(session, scope, order_id)
    if refund.amount_kop > before.balance_kop:
        raise RefundTooLarge(balance_kop=before.balance_kop)
    row = Payment(
        company_id=scope.company_id,
        id=uuid7(),
        order_id=order_id,
        kind="refund",
        amount_kop=refund.amount_kop,
        method=refund.method,
        receipt_ref=refund.receipt_ref,
        comment=refund.reason,
        taken_by=scope.user_id,
        taken_at=now,
    )
    session.add(row)
    after = before._replace(refunded_kop=before.refunded_kop + refund.amount_kop)
    await dispatch.record_prepayment(
        session,
        scope,
        order_id=order_id,
        amount_kop=after.prepaid_left_kop - before.prepaid_left_kop,
    )
    return row
