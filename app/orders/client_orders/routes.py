from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from app.db.reader import Reader
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, read_page
from app.http.schemas import Page
from app.orders.client_orders import queries
from app.orders.client_orders.schemas import OrderOut
from app.orders.statuses import OrderStatus


@get("/orders", operation_id="listOrders", guards=[office])
async def list_orders(
    reader: NamedDependency[Reader],
    status: FromQuery[OrderStatus | None] = None,
    client_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[OrderOut]:
    """Client orders, newest first."""
    orders, next_cursor = await read_page(
        reader,
        queries.ORDERS,
        cursor=cursor,
        limit=limit,
        status=status,
        client=client_id,
        site=site_id,
    )
    return Page(items=orders, next_cursor=next_cursor)


router = Router("/", route_handlers=[list_orders], tags=["dispatch: jobs"])
