from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.schemas import Page
from app.orders.client_orders import queries
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.schemas import OrderOut
from app.orders.client_orders.values import ClientOrderFacts
from app.orders.statuses import OrderStatus


@get("/orders", operation_id="listOrders", guards=[office])
async def list_orders(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    status: FromQuery[OrderStatus | None] = None,
    client_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[OrderOut]:
    """Client orders, newest first."""
    query = queries.select_orders(caller, status=status, client_id=client_id, site_id=site_id)
    found, next_cursor = await fetch_page(session, query, ClientOrder.id, cursor=cursor, limit=limit)
    return Page(items=[OrderOut.of(ClientOrderFacts.of(order)) for order in found], next_cursor=next_cursor)


router = Router("/", route_handlers=[list_orders], tags=["dispatch: jobs"])
