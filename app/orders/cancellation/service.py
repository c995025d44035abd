"""Cancels a client order."""

from datetime import datetime
from uuid import UUID

from app.contracts.dispatch import OrderAdvanced
from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.orders.cancellation import queries
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.service import lock_order
from app.orders.estimates.service import cancel_agreed
from app.orders.invoices.service import cancel_unpaid
from app.orders.statuses import OrderStatus


class OrderUnderWay(DomainError):
    """The order has open jobs or production orders. `jobs` and `production_orders` are their numbers."""

    code = "order_under_way"


class OrderInstalled(DomainError):
    """The windows are installed: there is nothing to cancel."""

    code = "order_installed"


async def cancel_order(
    session: Session, scope: Scope, *, order_id: UUID, reason: str, now: datetime
) -> ClientOrder:
    """Cancel a client order for good. Canceling it again changes nothing.

    The office cancels open jobs and production orders first, each with its own reason. Completed jobs
    (a measurement) are closed here, so that nothing is planned for them. What was agreed is not owed any more, and
    invoices that are not paid are canceled; nothing is refunded here.

    Raises:
        OrderNotFound: no such order in this company.
        OrderUnderWay: a job is not over, or a production order can still be canceled.
        OrderInstalled: something has been installed.
    """
    company_id = scope.company_id
    await queries.lock_jobs_of_order(session, company_id, order_id)
    order = await lock_order(session, scope, order_id)
    if order.status == OrderStatus.CANCELED:
        return order
    jobs = await queries.find_open_jobs(session, company_id, order_id)
    at_plant = await queries.find_open_production(session, company_id, order_id)
    if jobs or at_plant:
        raise OrderUnderWay(jobs=jobs, production_orders=at_plant)
    if await queries.has_installations(session, company_id, order_id):  # they are all over
        raise OrderInstalled
    await queries.close_completed_jobs(session, company_id, order_id)
    was, order.status = order.status, OrderStatus.CANCELED
    order.canceled_reason = reason
    await cancel_agreed(session, scope, order_id, now=now)
    await cancel_unpaid(session, scope, order_id, reason=reason, now=now)
    await announce(session, company_id, OrderAdvanced(order_id=order_id, was=was, status=order.status))
    return order
