"""When money may be taken on site."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.dispatch.api import AT_WORK, REPORTED
from app.field.visits import VisitNotAtWork
from app.orders import api as orders
from app.orders.api import Money, OrderMoney, OrderState, PaymentOutcome, StoredPayment


class TakeFacts(NamedTuple):
    """What is known when a client gives money."""

    visit_id: UUID
    visit_status: str
    job_id: UUID
    job_kind: str
    order: OrderState
    money: OrderMoney
    """Of the order, before this payment."""
    known: StoredPayment | None
    """What this very command recorded before."""


def take(facts: TakeFacts, money: Money, *, command_id: UUID, by: UUID, taken_at: datetime) -> PaymentOutcome:
    """Record what the client gave. The same command again is the same payment, also after the visit.

    Raises:
        VisitNotAtWork: the worker has not been there.
        CommandReused: the command id came before with something else.
    """
    if facts.known is not None:
        return orders.repeat_payment(facts.known, money, visit_id=facts.visit_id)
    if facts.visit_status not in AT_WORK | REPORTED:
        raise VisitNotAtWork(status=facts.visit_status)
    return orders.take_payment(
        facts.order,
        money,
        job_id=facts.job_id,
        job_kind=facts.job_kind,
        advance_pays_for=facts.money.advance_pays_for,
        visit_id=facts.visit_id,
        command_id=command_id,
        by=by,
        taken_at=taken_at,
    )
