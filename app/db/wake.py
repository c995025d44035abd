"""Waking the background process when a transaction commits, through PostgreSQL itself.

Whoever sets a deadline says when it is, so that the background process need not look for it. A table
says in its `info` which sweep looks after it (`swept_by`); then the session and `append` send the notes
by themselves. Other statements call `wake` or `wake_for`.

A note that gets lost delays its work until the background process next looks for what is due (LOOK_EVERY_S).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, event, inspect, orm
from sqlalchemy.ext.asyncio import AsyncSession

WAKE_CHANNEL = "brigada_wake"
"""Carries notes: `<sweep> <company>` for work that is due now, `<sweep> <company> <time>` for a deadline,
nothing for "look what is due"."""

NOTES = "notes"
SWEPT_BY = "swept_by"


class Note(NamedTuple):
    sweep: str
    company_id: UUID
    due_at: datetime | None
    """None: now."""


def note(sweep: str, company_id: UUID, due_at: datetime | None = None) -> str:
    """What the background process is told; without a time the work is due when the note arrives."""
    return f"{sweep} {company_id}" + (f" {due_at.isoformat()}" if due_at else "")


def read_note(said: str) -> Note:
    """
    Raises:
        ValueError: it is not a note.
    """
    sweep, company_id, *due_at = said.split(" ")
    return Note(sweep, UUID(company_id), datetime.fromisoformat(due_at[0]) if due_at else None)


def notify(notes: Iterable[str]) -> str:
    """Statements to be sent with COMMIT, in the same round trip. Notes hold no quotes: see `note`."""
    return "".join(f"NOTIFY {WAKE_CHANNEL}, '{one}';" for one in sorted(notes))


def swept_by(sweep: str, *, due: str | None = None) -> dict[str, Any]:
    """For `__table_args__`: this sweep looks after the rows at the time in the column `due`, or as soon
    as they are there."""
    return {"info": {SWEPT_BY: (sweep, due)}}


def note_for(table: Table, company_id: UUID, values: Mapping[str, Any], *, is_new: bool) -> str | None:
    """The note for a row that is added, or gets these values; None when they set no deadline."""
    sweep, due = table.info.get(SWEPT_BY, (None, None))
    if sweep is None:
        return None
    if due is None:
        return note(sweep, company_id) if is_new else None
    return note(sweep, company_id, values[due]) if values.get(due) else None


def wake(session: AsyncSession, sweep: str, company_id: UUID, due_at: datetime | None = None) -> None:
    """Tell the background process, on COMMIT, of work for this sweep."""
    tell(session, [note(sweep, company_id, due_at)])


def wake_for(session: AsyncSession, table: Table, row: Mapping[str, Any]) -> None:
    """The same for a row that is added."""
    if said := note_for(table, row["company_id"], row, is_new=True):
        tell(session, [said])


def tell(session: AsyncSession, notes: Iterable[str]) -> None:
    """The same for notes that are written already."""
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
    """Send what has been collected. `db.session.transaction` does this before COMMIT.

    As a statement of its own: inside another one Citus would run pg_notify on a node where nobody listens.
    """
    await session.flush()
    if notes := session.info.pop(NOTES, None):
        pooled = await (await session.connection()).get_raw_connection()
        await pooled.driver_connection.execute(notify(notes))  # type: ignore[union-attr]  # there is one
