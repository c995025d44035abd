"""What a client buys, and how far it has come: derived from its jobs, its production orders and its money.

Whoever changes one of them calls `settle_order` afterwards, in the same transaction.
"""

from datetime import datetime
from uuid import UUID

from app.contracts.dispatch import OrderAdvanced
from app.core.errors import DomainError, NotFound
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.orders.client_orders import policies
from app.orders.client_orders.models import ClientOrder
from app.orders.jobs import queries
from app.orders.statuses import OrderStatus


class OrderNotFound(NotFound):
    code = "order_not_found"


class OrderUnderWay(DomainError):
    """Something of it is still to be done or being made: `jobs` and `production_orders` are their numbers."""

    code = "order_under_way"


class OrderInstalled(DomainError):
    """The client has his windows: there is nothing to cancel."""

    code = "order_installed"


async def get_order(session: Session, scope: Scope, order_id: UUID) -> ClientOrder:
    """
    Raises:
        OrderNotFound: no such order in this company.
    """
    order = await queries.get_order(session, scope.company_id, order_id, lock=False)
    if order is None:
        raise OrderNotFound(order_id=order_id)
    return order


async def lock_order(session: Session, scope: Scope, order_id: UUID) -> ClientOrder:
    """The order, its row locked until the end of the transaction: sums of money are counted one by one.

    Raises:
        OrderNotFound: no such order in this company.
    """
    return await _lock(session, scope.company_id, order_id)


async def _lock(session: Session, company_id: UUID, order_id: UUID) -> ClientOrder:
    order = await queries.get_order(session, company_id, order_id, lock=True)
    if order is None:
        raise OrderNotFound(order_id=order_id)
    return order


async def settle_order(session: Session, company_id: UUID, order_id: UUID) -> ClientOrder:
    """Derive the status anew, after something it depends on has changed; it goes back as well as on.

    The row is locked before anything is read: of two changes at once the second sees the first.

    Raises:
        OrderNotFound: no such order in this company.
    """
    await session.flush()  # what has changed is read back
    order = await _lock(session, company_id, order_id)
    await _settle(session, order)
    return order


async def _settle(session: Session, order: ClientOrder) -> None:
    await _take_step(session, order, policies.order_status(await queries.get_order_facts(session, order)))


async def _take_step(session: Session, order: ClientOrder, to: OrderStatus) -> None:
    was = order.status
    if to != was:
        order.status = to
        await announce(session, order.company_id, OrderAdvanced(order_id=order.id, was=was, status=to))


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
    order = await _lock(session, company_id, order_id)
    if order.status == OrderStatus.CANCELED:
        return order
    jobs = await queries.find_open_jobs(session, company_id, order_id)
    at_plant = await queries.find_open_production(session, company_id, order_id)
    if jobs or at_plant:
        raise OrderUnderWay(jobs=jobs, production_orders=at_plant)
    facts = await queries.get_order_facts(session, order)
    if facts.installations:  # all of them over, none canceled
        raise OrderInstalled
    await queries.close_completed_jobs(session, company_id, order_id)
    order.canceled_reason = reason
    await _take_step(session, order, OrderStatus.CANCELED)
    return order


async def record_measurement_version(
    session: Session,
    scope: Scope,
    *,
    job_id: UUID,
    measurement_id: UUID,
    version: int,
    content_hash: bytes,
    openings: int,
    now: datetime,
) -> None:
    """The field has sent a measurement sheet: production can be ordered by it."""
    job = await queries.get_job_of_company(session, scope.company_id, job_id)
    await queries.insert_measurement_version(
        session,
        company_id=scope.company_id,
        id=measurement_id,
        job_id=job_id,
        version=version,
        content_hash=content_hash,
        openings=openings,
        received_at=now,
    )
    await settle_order(session, scope.company_id, job.order_id)


async def record_prepayment(
    session: Session, scope: Scope, *, order_id: UUID, amount_kop: int
) -> ClientOrder:
    """Money has come in (or, negative, gone back) for an order. Its row is locked, so that sums add up.

    Raises:
        OrderNotFound: no such order in this company.
    """
    order = await lock_order(session, scope, order_id)
    order.prepaid_kop += amount_kop
    await _settle(session, order)
    return order
