"""Cursor paging: stable while rows are added, and page 1000 is as fast as page 1."""

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Protocol, TypeVar
from uuid import UUID

from litestar.params import QueryParameter
from sqlalchemy import ColumnElement, Select

from app.core.errors import DomainError
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work

Cursor = Annotated[str | None, QueryParameter(description="`next_cursor` of the previous page")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="At most this many items")]
LIMIT_DEFAULT = 50


class HasId(Protocol):
    @property
    def id(self) -> UUID: ...


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


R = TypeVar("R", bound=HasId)


async def read_page(
    work: Work,
    query_for: Callable[[frozenset[str]], Query[R]],
    *,
    cursor: str | None,
    limit: int,
    **filters: Any,
) -> tuple[list[R], str | None]:
    """The same over asyncpg, for lists that are looked at all day. `query_for` answers the query with the
    filters that are given; it knows one called `after`, for the id of the cursor."""
    given = {name: value for name, value in filters.items() if value is not None}
    if cursor is not None:
        given["after"] = _id_of(cursor)
    rows = await work.all(query_for(frozenset(given)), **given, at_most=limit + 1)
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], _cursor_of(rows[limit - 1].id)


def _cursor_of(row_id: UUID) -> str:
    return base64.urlsafe_b64encode(row_id.bytes).decode().rstrip("=")


def _id_of(cursor: str) -> UUID:
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except ValueError as error:
        raise CursorInvalid from error
