"""Changes: rows to insert, update or delete, as plain values. `app.db.work` writes them.

A policy takes facts and either refuses (raises a `DomainError`) or returns changes. It needs no database, so
its tests can be a table of cases.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.core.errors import DomainError

Row = Mapping[str, Any]
"""Values by column name. `company_id` is added when the row is written."""


class Insert(NamedTuple):
    """A new row."""

    table: str
    row: Row
    if_taken: type[DomainError] | None = None
    """Refusal to raise if a unique or exclusion constraint is violated. None: a violation is a bug."""
    once: bool = False
    """If such a row exists already, write nothing and refuse nothing."""


class InsertMany(NamedTuple):
    """New rows of one table, all with the same columns."""

    table: str
    rows: Sequence[Row]
    once: bool = False
    """Rows that exist already are left as they are."""


class Update(NamedTuple):
    """New values for the rows that match `where`."""

    table: str
    where: Row
    """Values by column name. A list matches any of its values, None matches null."""
    to: Row
    expected: int | None = None
    """How many rows must match. Another number means that somebody changed a row after it was read."""


class Cut(NamedTuple):
    """Shorten the periods of the rows that match `where`: what lies at `since` or later falls away.

    Each row keeps its own beginning. A period that begins later becomes empty.
    """

    table: str
    where: Row
    """As in `Update`."""
    column: str
    """The period."""
    since: datetime


class Delete(NamedTuple):
    table: str
    where: Row
    """As in `Update`."""


Change = Insert | InsertMany | Update | Cut | Delete
