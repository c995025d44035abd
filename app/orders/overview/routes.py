from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from app.db.reader import Reader
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.schemas import Page
from app.orders.overview import queries
from app.orders.overview.schemas import OrderRowOut
from app.orders.statuses import OrderStatus

SearchText = Annotated[
    str | None,
    QueryParameter(
        name="query",  # Litestar keeps the argument `query` for itself
        max_length=100,
        pattern=r"^$|\S",
        description="A part of the client’s name, or the number of the order",
    ),
]


@get("/orders/overview", operation_id="listOrderRows", guards=[office])
async def list_order_rows(
    reader: NamedDependency[Reader],
    status: FromQuery[OrderStatus | None] = None,
    text: SearchText = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[OrderRowOut]:
    """Client orders with names, what is owed and when the plant is ready, newest first."""
    rows, next_cursor = await queries.read_orders(
        reader, status=status, text=(text or "").strip() or None, cursor=cursor, limit=limit
    )
    return Page(items=rows, next_cursor=next_cursor)


router = Router("/", route_handlers=[list_order_rows], tags=["dispatch: jobs"])
