"""Cancels a client order."""

from uuid import UUID

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.session import Session
from app.orders.cancellation import queries
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.queries import get_order_facts
from app.orders.client_orders.service import lock_order, set_status
from app.orders.statuses import OrderStatus


class OrderUnderWay(DomainError):
    """The order has open jobs or production orders. `jobs` and `production_orders` are their numbers."""

    code = "order_under_way"


class OrderInstalled(DomainError):
    """The windows are installed: there is nothing to cancel."""

    code = "order_installed"


async def cancel_order(session: Session, scope: Scope, *, order_id: UUID, reason: str) -> ClientOrder:
    """Cancel a client order for good. Canceling it again changes nothing.

    The office cancels open jobs and production orders first, each with its own reason. Completed jobs
    (a measurement) are closed here, so that nothing is planned for them. Nothing is refunded here.

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
    facts = await get_order_facts(session, order)
    if facts.installations:  # they are all over, and not canceled
        raise OrderInstalled
    await queries.close_completed_jobs(session, company_id, order_id)
    order.canceled_reason = reason
    await set_status(session, order, OrderStatus.CANCELED)
    return order
