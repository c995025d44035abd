"""Cursor paging: stable while rows are added, and page 1000 is as fast as page 1."""

import base64
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from litestar.params import QueryParameter
from sqlalchemy import ColumnElement, Integer, Select, Uuid, bindparam, select

from app.core.errors import DomainError
from app.db.base import HasId
from app.db.query import Query
from app.db.reader import Reader
from app.db.session import Session

Cursor = Annotated[str | None, QueryParameter(description="`next_cursor` of the previous page")]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="At most this many items")]
LIMIT_DEFAULT = 50


class Shape(Protocol):
    """A struct of the API that has an id."""

    __struct_fields__: ClassVar[tuple[str, ...]]

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
        query = query.where(by < read_cursor(cursor))
    rows = (await session.scalars(query.order_by(by.desc()).limit(limit + 1))).all()
    return cut_page(rows, limit, by=str(by.key))


R = TypeVar("R")


def cut_page(rows: Sequence[R], limit: int, *, by: str = "id") -> tuple[Sequence[R], str | None]:
    """`rows` are those of a page and one more, if there is one. The page, and the cursor of the next."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], _cursor_of(getattr(rows[limit - 1], by))


S = TypeVar("S", bound=Shape)


class Listing(Generic[S]):
    """A list that is looked at all day, newest first. Its rows are read over asyncpg, straight into `shape`.

    Each field of `shape` is the column of `model` with the same name; `version` is `row_version`. Each of `filters`
    is a condition with one parameter, which has the filter's name.
    """

    def __init__(
        self, model: type[HasId], shape: type[S], filters: Mapping[str, ColumnElement[bool]]
    ) -> None:
        self._shape = shape
        columns = [getattr(model, column_of(field)) for field in shape.__struct_fields__]
        of_company = model.company_id == bindparam("company", type_=Uuid)
        newest = select(*columns).where(of_company).order_by(model.id.desc())
        self._newest = newest.limit(bindparam("at_most", type_=Integer))
        self._filters = {**filters, "after": model.id < bindparam("after", type_=Uuid)}
        self._queries: dict[frozenset[str], Query[S]] = {}

    def query(self, given: frozenset[str]) -> Query[S]:
        """The query with these filters and no others. It is written once."""
        query = self._queries.get(given)
        if query is None:
            conditions = [self._filters[name] for name in sorted(given)]
            query = self._queries[given] = Query(self._newest.where(*conditions), self._shape)
        return query


def column_of(field: str) -> str:
    return "row_version" if field == "version" else field


async def read_page(
    reader: Reader, listing: Listing[S], *, cursor: str | None, limit: int, **filters: Any
) -> tuple[list[S], str | None]:
    """The page of a `Listing` after `cursor`, and the cursor of the next page. A filter that is None is not given."""
    given = {name: value for name, value in filters.items() if value is not None}
    if cursor is not None:
        given["after"] = read_cursor(cursor)
    rows = await reader.all(listing.query(frozenset(given)), **given, at_most=limit + 1)
    page, next_cursor = cut_page(rows, limit)
    return list(page), next_cursor


def _cursor_of(row_id: UUID) -> str:
    return base64.urlsafe_b64encode(row_id.bytes).decode().rstrip("=")


def read_cursor(cursor: str) -> UUID:
    """The id after which the next page begins.

    Only what `_cursor_of` has written is taken: the decoder would pass over foreign characters and spare bits.

    Raises:
        CursorInvalid: it is something else.
    """
    try:
        row_id = UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except ValueError as error:
        raise CursorInvalid from error
    if _cursor_of(row_id) != cursor:
        raise CursorInvalid
    return row_id
