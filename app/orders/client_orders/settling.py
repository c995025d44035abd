"""How far a client's order is: derived anew after something it depends on has changed."""

from uuid import UUID

from app.db.work import Work
from app.orders.client_orders import policies
from app.orders.client_orders.queries import LOCK_ORDER, ORDER


async def settle_order(work: Work, order_id: UUID) -> None:
    """Derive the status anew; it goes back as well as on. What has been collected is written before.

    The row is locked before anything is read: of two changes at once the second sees the first.
    A command that has the order among its facts calls `policies.settle` instead.
    """
    await work.write_now()
    work.lock(LOCK_ORDER, order_id)
    order = await work.one(ORDER, order=order_id)
    assert order is not None  # noqa: S101  # whatever is settled refers to its order: foreign key
    settled = policies.settle(order, order.facts)
    work.write(*settled.changes)
    work.announce(*settled.news)
