"""Calling a client's order off."""

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
    """Something of it is still to be done or being made: `jobs` and `production_orders` are their numbers."""

    code = "order_under_way"


class OrderInstalled(DomainError):
    """The client has his windows: there is nothing to cancel."""

    code = "order_installed"


async def cancel_order(session: Session, scope: Scope, *, order_id: UUID, reason: str) -> ClientOrder:
    """The client wants nothing of it any more. For good; canceling twice is canceling once.

    What is still to be done is called off before, each with its own reason. What has been completed (a
    measurement) is closed with the order, so that nothing is planned for it. Money stays where it is
    until somebody refunds it.

    Raises:
        OrderNotFound: no such order in this company.
        OrderUnderWay: a job is not over, or the plant has an order that can be canceled.
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
    if facts.installations:  # all of them over, none canceled
        raise OrderInstalled
    await queries.close_completed_jobs(session, company_id, order_id)
    order.canceled_reason = reason
    await set_status(session, order, OrderStatus.CANCELED)
    return order
