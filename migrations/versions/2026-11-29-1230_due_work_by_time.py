"""`due_work` answers every deadline of the next moments, and finds them by their time.

The background process used to ask several times a second for the earliest deadline of each company. Now
it is told of deadlines as they are set, and asks rarely; so it must learn of all that come before it
asks again. What is overdue is still one row for each company and sweep.

With 100,000 open offers a look took 30 ms: the indexes began with the company, and an SQL function is
planned without knowing `until`. PL/pgSQL plans with the value, and is what Citus can run (an SQL function
with parameters over distributed tables it refuses), so the other functions that look across become
PL/pgSQL as well.
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
    with op.get_context().autocommit_block():  # nobody waits for an index of a large table
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
    """The functions that look across companies, with the bodies they have."""
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
    """The functions stay as they are: they answer the code before this, too."""
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
