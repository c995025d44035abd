"""When money may be taken on site."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.dispatch.api import AT_WORK, REPORTED
from app.field.visits import VisitNotAtWork
from app.orders import api as orders
from app.orders.api import Expected, Money, OrderState, PaymentOutcome, Taken


class TakeFacts(NamedTuple):
    """What is known when a client gives money."""

    visit_id: UUID
    visit_status: str
    job_id: UUID
    job_kind: str
    order: OrderState
    expected: Expected


def take(
    facts: TakeFacts,
    money: Money,
    *,
    reason: str = "",
    command_id: UUID,
    by: UUID,
    taken_at: datetime,
    now: datetime,
) -> PaymentOutcome:
    """Record what the client gave.

    A sum that does not fit is refused while the worker is with the client. If the phone had no network and
    sends it later, it is recorded, because the money is there; the accountant sees it in any case.

    Raises:
        VisitNotAtWork: the worker has not been there.
        OrderCanceled, PaymentUnexpected: see `check_doubts`.
    """
    if facts.visit_status not in AT_WORK | REPORTED:
        raise VisitNotAtWork(status=facts.visit_status)
    taken = Taken(
        job_id=facts.job_id,
        job_kind=facts.job_kind,
        visit_id=facts.visit_id,
        command_id=command_id,
        by=by,
        at=taken_at,
        now=now,
        reason=reason,
        may_refuse=not orders.is_late(taken_at=taken_at, now=now),
    )
    return orders.take_payment(facts.order, facts.expected, money, taken)
