"""Notes to the background process, sent by NOTIFY when a transaction commits.

The code that sets a deadline sends a note with its time, so the background process need not look for it.
A table names its sweep in `info` (`swept_by`). Then the session and `append` send notes for its rows.
Other statements call `wake` or `wake_for`.

If a note is lost, its work waits until the background process next looks for due work (LOOK_EVERY_S).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, event, inspect, orm
from sqlalchemy.ext.asyncio import AsyncSession

WAKE_CHANNEL = "brigada_wake"
"""Carries notes: `<sweep> <company>` for work that is due now, `<sweep> <company> <time>` for a deadline.
An empty note asks the background process to look for due work."""

NOTES = "notes"
SWEPT_BY = "swept_by"


class Note(NamedTuple):
    sweep: str
    company_id: UUID
    due_at: datetime | None
    """None means now."""


def note(sweep: str, company_id: UUID, due_at: datetime | None = None) -> str:
    """Text of a note. Without `due_at` the work is due when the note arrives."""
    return f"{sweep} {company_id}" + (f" {due_at.isoformat()}" if due_at else "")


def read_note(said: str) -> Note:
    """Parse the text of a note.

    Raises:
        ValueError: the text is not a note.
    """
    sweep, company_id, *due_at = said.split(" ")
    return Note(sweep, UUID(company_id), datetime.fromisoformat(due_at[0]) if due_at else None)


def notify(notes: Iterable[str]) -> str:
    """NOTIFY statements, to be sent together with COMMIT. A note never contains a quote: see `note`."""
    return "".join(f"NOTIFY {WAKE_CHANNEL}, '{one}';" for one in sorted(notes))


def swept_by(sweep: str, *, due: str | None = None) -> dict[str, Any]:
    """For `__table_args__`: this sweep handles the rows of the table.

    They are due at the time in the column `due`; without `due`, as soon as they are inserted.
    """
    return {"info": {SWEPT_BY: (sweep, due)}}


def note_for(table: Table, company_id: UUID, values: Mapping[str, Any], *, is_new: bool) -> str | None:
    """The note for a row that is inserted or gets these values. None if they set no deadline."""
    sweep, due = table.info.get(SWEPT_BY, (None, None))
    if sweep is None:
        return None
    if due is None:
        return note(sweep, company_id) if is_new else None
    return note(sweep, company_id, values[due]) if values.get(due) else None


def wake(session: AsyncSession, sweep: str, company_id: UUID, due_at: datetime | None = None) -> None:
    """Send a note for this sweep with COMMIT."""
    tell(session, [note(sweep, company_id, due_at)])


def wake_for(session: AsyncSession, table: Table, row: Mapping[str, Any]) -> None:
    """Send the note for an inserted row, if its table has a sweep and the row a deadline."""
    if said := note_for(table, row["company_id"], row, is_new=True):
        tell(session, [said])


def tell(session: AsyncSession, notes: Iterable[str]) -> None:
    """Send notes with COMMIT."""
    session.info.setdefault(NOTES, set()).update(notes)


@event.listens_for(orm.Session, "after_flush")
def _note_deadlines(session: orm.Session, _: Any) -> None:
    for row in session.new | session.dirty:
        state = inspect(row)
        table: Table = state.mapper.local_table
        if SWEPT_BY not in table.info:
            continue
        _, due = table.info[SWEPT_BY]
        deadline = state.attrs[due].history.added if due else ()
        values = {due: deadline[0]} if deadline else {}
        if said := note_for(table, row.company_id, values, is_new=row in session.new):
            session.info.setdefault(NOTES, set()).add(said)


async def send_notes(session: AsyncSession) -> None:
    """Send the collected notes. `db.session.transaction` calls this before COMMIT.

    NOTIFY must be a statement of its own. Inside another statement, Citus would run pg_notify on a
    node where nobody listens.
    """
    await session.flush()
    if notes := session.info.pop(NOTES, None):
        pooled = await (await session.connection()).get_raw_connection()
        await pooled.driver_connection.execute(notify(notes))  # type: ignore[union-attr]  # there is one
