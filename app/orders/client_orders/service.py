"""What a client buys, and how far it has come: derived from its jobs, its production orders and its money.

Whoever changes one of them calls `settle_order` afterwards, in the same transaction.
"""

from uuid import UUID

from app.core.errors import NotFound
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.orders.client_orders import queries, settling
from app.orders.client_orders.models import ClientOrder


class OrderNotFound(NotFound):
    code = "order_not_found"


async def get_order(session: Session, scope: Scope, order_id: UUID) -> ClientOrder:
    """One client order.

    Raises:
        OrderNotFound: no such order in this company.
    """
    return await _get(session, scope.company_id, order_id, lock=False)


async def lock_order(session: Session, scope: Scope, order_id: UUID) -> ClientOrder:
    """The order, its row locked until the end of the transaction: sums of money are counted one by one.

    Raises:
        OrderNotFound: no such order in this company.
    """
    return await _get(session, scope.company_id, order_id, lock=True)


async def _get(session: Session, company_id: UUID, order_id: UUID, *, lock: bool) -> ClientOrder:
    order = await queries.get_order(session, company_id, order_id, lock=lock)
    if order is None:
        raise OrderNotFound(order_id=order_id)
    return order


async def settle_order(session: Session, company_id: UUID, order_id: UUID) -> ClientOrder:
    """`settling.settle_order` for use cases with a session. The order as it is afterwards, its row locked.

    Raises:
        OrderNotFound: no such order in this company.
    """
    async with work_in(session, company_id) as work:
        await settling.settle_order(work, order_id)
    return await _get(session, company_id, order_id, lock=True)
