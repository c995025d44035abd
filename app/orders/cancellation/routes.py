from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import dispatchers
from app.http.refusals import refuses
from app.orders.api import OrderNotFound
from app.orders.cancellation import service
from app.orders.cancellation.schemas import CancelOrder
from app.orders.cancellation.service import OrderInstalled, OrderUnderWay
from app.orders.client_orders.schemas import OrderOut
from app.orders.client_orders.values import ClientOrderFacts


@post("/orders/{order_id:uuid}/cancel", operation_id="cancelOrder", guards=[dispatchers], status_code=200)
@refuses(OrderInstalled, OrderNotFound, OrderUnderWay)
async def cancel_order(
    order_id: FromPath[UUID],
    data: JSONBody[CancelOrder],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> OrderOut:
    """Cancel a client order. Cancel its open jobs and production orders first."""
    order = await service.cancel_order(
        session, caller, order_id=order_id, reason=data.reason, now=clock.now()
    )
    return OrderOut.of(ClientOrderFacts.of(order))


router = Router("/", route_handlers=[cancel_order], tags=["dispatch: jobs"])
