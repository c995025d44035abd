"""What an error of the database means for whoever asked. One table for requests, commands and positions of phones.

PostgreSQL's codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from enum import StrEnum

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, PendingRollbackError


class Failure(StrEnum):
    """Whether the same request can pass when it comes again."""

    RACE = "race"
    """At once: somebody else did something at the same moment."""
    OUTAGE = "outage"
    """Soon: nothing of it was done, or nobody knows whether it was."""
    UNSTORABLE = "unstorable"
    """Never: no column can hold one of its values."""
    FORBIDDEN = "forbidden"
    """Never: the application's role may not do it."""
    BUG = "bug"
    """Nobody knows."""


RACES = frozenset({"23503", "23505", "23P01", "40000", "40001", "40002", "40P01", "55P03"})
"""Services turn expected refusals into their own errors. What is left are two at once, and guessed ids."""
UNSTORABLE = frozenset({"22000", "22001", "22003", "22007", "22008", "22021", "22P05"})
"""What the driver cannot encode, too long texts, numbers and times out of range, a NUL in a query parameter.

Other codes of class 22 are bugs: a division by zero (22012) or a wrong argument of a function (22023) is in our SQL. So
is a text that is no number (22P02): values come with their types, so only our SQL reads one out of a text."""
UNSTORABLE_BEFORE = (OverflowError, UnicodeError)
"""The same before the value has reached the driver, e.g. hours added to a time near the year 9999."""
OUTAGES = frozenset(
    {
        "25006",  # read-only: the server has become, or is still, a standby
        "25P03",  # idle in its transaction for too long, so the server has ended the session
        "25P04",  # its transaction took too long
        "3D000",  # the database is not there (yet): it is being restored
        "40003",  # the connection broke while it committed
        "42P05",  # the session knows a lock already that this process believes unknown; it is not used again
        "72000",  # its snapshot is too old
    }
)
OUTAGE_CLASSES = (
    "08",  # the connection
    "28",  # signing in: the password is being changed
    "53",  # no memory, disk or connections left
    "57",  # an operator: restart, shutdown, a statement that took too long
    "58",  # the machine: reading or writing failed
)
CONNECTION_INVALIDATED = "8s2b"
"""SQLAlchemy's code: the connection was lost earlier in this transaction."""


def failure_of_code(sqlstate: str) -> Failure:
    if sqlstate in RACES:
        return Failure.RACE
    if sqlstate in OUTAGES or sqlstate.startswith(OUTAGE_CLASSES):
        return Failure.OUTAGE
    if sqlstate in UNSTORABLE:
        return Failure.UNSTORABLE
    return Failure.FORBIDDEN if sqlstate == "42501" else Failure.BUG


def failure_of(error: Exception) -> Failure:
    """What a command's error (of asyncpg) or a session's (of SQLAlchemy) means."""
    if isinstance(error, UNSTORABLE_BEFORE):
        return Failure.UNSTORABLE
    if isinstance(error, PendingRollbackError):
        return Failure.OUTAGE if error.code == CONNECTION_INVALIDATED else Failure.BUG
    cause = error.orig if isinstance(error, DBAPIError) else error
    causes = (cause, cause.__cause__ if cause else None)
    if any(isinstance(one, asyncpg.InvalidCachedStatementError) for one in causes):
        return (
            Failure.OUTAGE
        )  # a migration has changed what a prepared statement reads; it is prepared anew next time
    if sqlstate := getattr(cause, "sqlstate", None):
        return failure_of_code(sqlstate)
    return Failure.OUTAGE if isinstance(error, BROKEN) else Failure.BUG


BROKEN = (
    OperationalError,
    InterfaceError,
    InternalError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""Without a code it is no answer of PostgreSQL: the connection is broken or busy."""
