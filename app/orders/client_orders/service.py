"""What a client buys, and how far it has come: derived from its jobs, its production orders and its money.

Whoever changes one of them calls `settle_order` afterwards, in the same transaction.
"""

from uuid import UUID

from app.contracts.dispatch import OrderAdvanced
from app.core.errors import NotFound
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.orders.client_orders import policies, queries
from app.orders.client_orders.models import ClientOrder
from app.orders.statuses import OrderStatus


class OrderNotFound(NotFound):
    code = "order_not_found"


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
    await set_status(session, order, policies.order_status(await queries.get_order_facts(session, order)))


async def set_status(session: Session, order: ClientOrder, to: OrderStatus) -> None:
    """The caller has locked the order."""
    was = order.status
    if to != was:
        order.status = to
        await announce(session, order.company_id, OrderAdvanced(order_id=order.id, was=was, status=to))


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
