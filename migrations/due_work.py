"""A clock more, or one less, in the database function `due_work`, which finds the deadlines of every company.

The function is read from the database and written again, so a migration names its own clock alone.
"""

import re

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import let_due_see, replace_look_across

SIGNATURE = "due_work(until timestamptz)"
RETURNS = "TABLE (sweep text, company_id uuid, due_at timestamptz)"
BODY = re.compile(r"BEGIN\s+RETURN QUERY (.*);\s*END", re.DOTALL)


def add_clock(sweep: str, table: str, column: str, *, waiting: str = "true") -> None:
    """From now on the sweep is started when a time in this column has passed.

    `waiting` is a condition on further columns, for rows that keep their time when they are done; it
    needs `let_due_see` for those columns. What is overdue is one row for each company.
    """
    op.execute(f"DROP POLICY IF EXISTS due ON {table}")
    let_due_see(table, ["company_id", column])
    clock = f"""
    SELECT '{sweep}', company_id, min({column}) FROM {table} WHERE {column} <= until AND {waiting}
     GROUP BY company_id, greatest({column}, now())
    """
    _write([*_read(), clock])


def remove_clock(sweep: str, table: str, column: str) -> None:
    """Undo `add_clock`."""
    _write([clock for clock in _read() if f"SELECT '{sweep}'" not in clock])
    op.execute(f"REVOKE SELECT ({column}) ON {table} FROM brigada_due")


def _read() -> list[str]:
    """The SELECT of each clock."""
    source = op.get_bind().scalar(sa.text("SELECT prosrc FROM pg_proc WHERE proname = 'due_work'"))
    found = BODY.search(str(source))
    if found is None:
        raise LookupError(f"this is not what replace_look_across writes: {source}")
    return found[1].split("UNION ALL")


def _write(clocks: list[str]) -> None:
    replace_look_across(SIGNATURE, RETURNS, "UNION ALL".join(clocks))
