"""What a decision wants written: plain values, named by table and column, until `app.db.work` writes them.

A policy gets facts and answers a refusal (it raises a `DomainError`) or a list of changes. It touches no
database, so it can be tested as a table of cases.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.core.errors import DomainError

Row = Mapping[str, Any]
"""Values by column. The company is added when they are written."""


class Insert(NamedTuple):
    """A new row."""

    table: str
    row: Row
    if_taken: type[DomainError] | None = None
    """The refusal when a constraint says that somebody else was faster. None: that would be a bug."""
    once: bool = False
    """Nothing is written, and nothing refused, when such a row is there already."""


class InsertMany(NamedTuple):
    """New rows of one table that name the same columns."""

    table: str
    rows: Sequence[Row]
    once: bool = False
    """Those that are there already are left as they are."""


class Update(NamedTuple):
    """New values for the rows that match."""

    table: str
    where: Row
    """A list matches any of its values, None matches null."""
    to: Row
    expected: int | None = None
    """How many rows must match. Another number means that a row is no longer as it was read."""


class Delete(NamedTuple):
    table: str
    where: Row
    """As in `Update`."""


Change = Insert | InsertMany | Update | Delete
