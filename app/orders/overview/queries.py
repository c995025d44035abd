"""The list of orders in one statement."""

from pathlib import Path
from uuid import UUID

from app.db.reader import Reader
from app.http.paging import cut_page, read_cursor
from app.orders.overview.schemas import OrderRowOut

ORDERS = (Path(__file__).parent / "orders.sql").read_text(encoding="utf-8")


async def read_orders(
    reader: Reader, *, status: str | None, text: str | None, cursor: str | None, limit: int
) -> tuple[list[OrderRowOut], str | None]:
    after: UUID | None = None if cursor is None else read_cursor(cursor)
    rows = await reader.rows(ORDERS, status, text, after, limit + 1)
    page, next_cursor = cut_page([OrderRowOut(**row) for row in rows], limit)
    return list(page), next_cursor
