"""Money taken in the field and given back by the office. Rows are only ever added."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.contracts.field import PaymentTaken
from app.core.errors import CommandReused, DomainError
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session, constraint_of
from app.orders.client_orders.service import lock_order, record_prepayment
from app.orders.jobs.service import get_job
from app.orders.payments import queries
from app.orders.payments.models import Payment

SAME_COMMAND = "uq_payment__company_id_command_id"


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


async def find_repeated_payment(
    session: Session, scope: Scope, *, command_id: UUID, visit_id: UUID, money: Money
) -> Payment | None:
    """The payment this very command recorded before, if it did.

    Raises:
        CommandReused: the command id came before with something else.
    """
    known = await queries.get_payment_of_command(session, scope, command_id)
    if known is None:
        return None
    kept = Money(known.kind, known.amount_kop, known.method, known.receipt_ref)
    if (known.visit_id, kept) != (visit_id, money):
        raise CommandReused
    return known


async def take_payment(
    session: Session,
    scope: Scope,
    *,
    job_id: UUID,
    visit_id: UUID,
    command_id: UUID,
    money: Money,
    taken_at: datetime,
) -> Payment:
    """Record what the client gave. The order's row is locked: sums add up.

    Raises:
        JobNotFound: no such job, or none of its visits is this worker's.
        CommandReused: the command id came before with something else.
    """
    job = await get_job(session, scope, job_id)
    await lock_order(session, scope, job.order_id)
    row = Payment(
        company_id=scope.company_id,
        id=uuid7(),
        order_id=job.order_id,
        job_id=job.id,
        visit_id=visit_id,
        comment="",
        command_id=command_id,
        taken_by=scope.user_id,
        taken_at=taken_at,
        **money._asdict(),
    )
    await _keep(session, row)
    if money.kind == "prepayment":
        await record_prepayment(session, scope, order_id=job.order_id, amount_kop=money.amount_kop)
    await announce(
        session,
        scope.company_id,
        PaymentTaken(payment_id=row.id, job_id=job.id, amount_kop=row.amount_kop, method=row.method),
    )
    return row


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
            raise CommandReused from error
        raise


async def refund_payment(
    session: Session, scope: Scope, *, order_id: UUID, money: Money, reason: str, now: datetime
) -> Payment:
    """Give money back. The order's row is locked, so of many refunds at once none is paid twice.

    Raises:
        OrderNotFound: no such order in this company.
        RefundTooLarge: `balance_kop` says what can still be given back.
    """
    await lock_order(session, scope, order_id)
    before = await queries.get_balance(session, scope, order_id)
    if money.amount_kop > before.balance_kop:
        raise RefundTooLarge(balance_kop=before.balance_kop)
    row = Payment(
        company_id=scope.company_id,
        id=uuid7(),
        order_id=order_id,
        comment=reason,
        taken_by=scope.user_id,
        taken_at=now,
        **money._asdict(),
    )
    session.add(row)
    after = before._replace(refunded_kop=before.refunded_kop + money.amount_kop)
    await record_prepayment(
        session,
        scope,
        order_id=order_id,
        amount_kop=after.prepaid_left_kop - before.prepaid_left_kop,
    )
    return row
