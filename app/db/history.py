"""One shape for everything that happened with a client.

Each module says which rows of its tables belong to the history of a client (`HistoryPart`). The client's card puts the
parts together and reads them by one statement.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Label,
    Select,
    Subquery,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

COMPANY = bindparam("company", type_=Uuid)
ROOT = bindparam("root", type_=Uuid)
"""The card that everybody works with."""
CARDS = bindparam("cards", type_=ARRAY(Uuid))
"""All cards of the client, this one too."""
BEFORE_AT = bindparam("before_at", type_=DateTime(timezone=True))
BEFORE_ID = bindparam("before_id", type_=Uuid)
"""With `BEFORE_AT`: where the page before ended."""
AT_MOST = bindparam("at_most", type_=Integer)


TYPES: dict[str, type[TypeEngine[Any]] | TypeEngine[Any]] = {
    "number": Integer,
    "status": Text,
    "what": Text,
    "reason": Text,
    "text": Text,
    "amount_kop": BigInteger,
    "due_at": DateTime(timezone=True),
    "due_on": Date,
    "order_id": Uuid,
    "job_id": Uuid,
    "visit_id": Uuid,
    "person_id": Uuid,
    "detail": JSONB,
}
"""The columns that a kind may leave out."""

Column = ColumnElement[Any] | Any


class HistoryPart:
    """One kind of entry: where its rows are, and what of them is shown.

    `where` must lead from `CARDS` to the rows by indexes, and name `COMPANY` for each table.
    """

    def __init__(
        self,
        kind: str,
        *,
        at: Column,
        row_id: Column,
        where: Sequence[ColumnElement[bool]],
        is_open: ColumnElement[bool] | None = None,
        **said: Column,
    ) -> None:
        """`is_open` says that somebody still has to do something. None: it never is."""
        self.kind = kind
        self._at, self._id = at, row_id
        self.where, self._is_open = list(where), is_open
        self._said = said

    def _select(self, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        """OFFSET 0 makes PostgreSQL find the rows of the client before it sorts or limits. Otherwise it may go through
        an index by time, in the hope that it soon meets this client: with a million of them it does not."""
        said = [_typed(name, self._said.get(name)) for name in TYPES]
        kind = literal_column(f"'{self.kind}'", Text).label("kind")
        rows = select(kind, self._at.label("at"), self._id.label("id"), *said)
        return rows.where(*self.where, *conditions).offset(literal_column("0"))

    def all(self) -> Select[*tuple[Any, ...]]:
        return self._select()

    def still_open(self) -> Select[*tuple[Any, ...]] | None:
        return None if self._is_open is None else self._select(self._is_open)


def of_cards(table: Any) -> list[ColumnElement[bool]]:
    """Rows that name one of the client's cards."""
    return [table.company_id == COMPANY, table.client_id == func.any(CARDS)]


def _typed(name: str, column: Column | None) -> Label[Any]:
    return (cast(null(), TYPES[name]) if column is None else column).label(name)


def put_together(selects: Iterable[Select[*tuple[Any, ...]]]) -> Subquery:
    """Rows of all these parts, in no order."""
    return union_all(*selects).subquery("happened")


def behind(rows: Subquery) -> ColumnElement[bool]:
    """What comes before a place in time: it is behind it in a list with the newest first."""
    return tuple_(rows.c.at, rows.c.id) < tuple_(BEFORE_AT, BEFORE_ID)


def detail(**said: Column) -> ColumnElement[Any]:
    """The column `detail` with these values."""
    pairs = [part for name, column in said.items() for part in (literal_column(f"'{name}'", Text), column)]
    return func.jsonb_build_object(*pairs, type_=JSONB)


def one_of(column: Column, words: Iterable[str]) -> ColumnElement[bool]:
    """The column has one of these words. They stand in the statement, so its plan knows them."""
    return column == func.any(literal_column(f"'{{{','.join(words)}}}'::text[]"))
