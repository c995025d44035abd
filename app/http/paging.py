"""Cursor paging: stable while rows are added, and as fast on page 1000 as on page 1."""

import base64
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar.params import QueryParameter
from sqlalchemy import ColumnElement, Select

from app.core.errors import DomainError
from app.db.session import Session

Cursor = Annotated[str | None, QueryParameter(description="`next_cursor` of the previous page")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="At most this many items")]
LIMIT_DEFAULT = 50


class CursorInvalid(DomainError):
    status = 400
    code = "cursor_invalid"


async def fetch_page(
    session: Session, query: Select[Any], by: ColumnElement[Any] | Any, *, cursor: str | None, limit: int
) -> tuple[Sequence[Any], str | None]:
    """Rows of `query` newest first by the time-ordered id `by`, and the cursor of the next page."""
    if cursor is not None:
        query = query.where(by < _id_of(cursor))
    rows = (await session.scalars(query.order_by(by.desc()).limit(limit + 1))).all()
    if len(rows) <= limit:
        return rows, None
    last: Any = rows[limit - 1]
    return rows[:limit], _cursor_of(getattr(last, str(by.key)))


def _cursor_of(row_id: UUID) -> str:
    return base64.urlsafe_b64encode(row_id.bytes).decode().rstrip("=")


def _id_of(cursor: str) -> UUID:
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except ValueError as error:
        raise CursorInvalid from error
