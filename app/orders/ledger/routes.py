from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import office
from app.http.refusals import refuses
from app.orders.client_orders.service import OrderNotFound, get_order
from app.orders.ledger import queries
from app.orders.ledger.schemas import OrderMoneyOut


@get("/orders/{order_id:uuid}/money", operation_id="getOrderMoney", guards=[office])
@refuses(OrderNotFound)
async def get_order_money(
    order_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> OrderMoneyOut:
    """What an order costs, what is paid and what is still due, with every entry behind these sums."""
    await get_order(session, caller, order_id)
    money = await queries.get_money(session, caller, order_id)
    return OrderMoneyOut.of(money, await queries.find_entries(session, caller, order_id))


router = Router("/", route_handlers=[get_order_money], tags=["dispatch: money"])
