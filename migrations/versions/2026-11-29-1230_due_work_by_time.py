"""`due_work` returns all deadlines of the next moments, and finds them by their time.

Before, the background process asked several times a second for the earliest deadline of each company. Now it gets
a note when a deadline is set, and asks rarely. So one answer must contain all deadlines until the next one. Overdue
work is still one row for each company and sweep.

With 100,000 open offers a look took 30 ms. The indexes began with the company, and an SQL function is planned
without the value of `until`. PL/pgSQL plans with the value. Citus can run it too, while it refuses an SQL function
with parameters over distributed tables. So the other functions that look across companies become PL/pgSQL as well.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import replace_look_across

revision = "0008_due_work_by_time"
down_revision = "0007_visit_booking_job_id"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_message__send_at": ("message", "send_at"),
    "ix_production_order__due": ("production_order", "remind_at"),
    "ix_visit__due": ("visit", "escalate_at"),
}

DUE = {
    "escalation": ("visit", "escalate_at"),
    "message": ("message", "send_at"),
    "readiness": ("production_order", "remind_at"),
    "upload": ("attachment", "expires_at"),
    "act_pdf": ("act", "render_at"),
}
WAITING = """
    SELECT 'relay', company_id, min(happened_at) FROM outbox_event WHERE relayed_at IS NULL GROUP BY company_id
"""
TO_DELIVER = "done_at IS NULL AND failed_at IS NULL AND due_at <= until"


def find_deadlines(sweep: str, table: str, column: str) -> str:
    return f"""
    SELECT '{sweep}', company_id, min({column}) FROM {table} WHERE {column} <= until
     GROUP BY company_id, greatest({column}, now())
    """


DUE_WORK = "UNION ALL".join(
    [
        *(find_deadlines(sweep, table, column) for sweep, (table, column) in DUE.items()),
        WAITING,
        find_deadlines("delivery", "event_delivery", "due_at").replace("due_at <= until", TO_DELIVER),
    ]
)


def upgrade() -> None:
    with op.get_context().autocommit_block():  # CONCURRENTLY, so that writes need not wait for the index
        for name, (table, column) in INDEXES.items():
            op.create_index(
                name,
                table,
                [column, "company_id"],
                postgresql_where=sa.text(f"{column} IS NOT NULL"),
                postgresql_concurrently=True,
                if_not_exists=True,
            )
    make_plpgsql()
    replace_look_across(
        "due_work(until timestamptz)", "TABLE (sweep text, company_id uuid, due_at timestamptz)", DUE_WORK
    )


def make_plpgsql() -> None:
    """Create the functions that look across companies again in PL/pgSQL. Their bodies do not change."""
    functions = op.get_bind().execute(
        sa.text(
            """
            SELECT proname || '(' || pg_get_function_arguments(pg_proc.oid) || ')', pg_get_function_result(pg_proc.oid), prosrc
              FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
             WHERE proowner = 'brigada_due'::regrole AND lanname = 'sql'
            """
        )
    )
    for signature, returns, body in functions.all():
        replace_look_across(signature, returns, body)


def downgrade() -> None:
    """The functions stay as they are, because the older code can call them too."""
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
