"""Which companies have rows that are kept for a time only and are older than that.

The application could remove those rows from the first day on; here it learns where there are some. A
company is asked for by the primary key, whose ids are in the order of time: no index is added. Of the
answers to idempotent requests, which have no such id, the oldest are looked at: whoever asks removes
them and asks again.
"""

from alembic import op

from migrations.company_rows import create_look_across, let_due_see

revision = "0005_find_companies_with_old"
down_revision = "0004_visit_event_corrected_at"
branch_labels = None
depends_on = None

SEEN = {
    "company": ["id"],
    "idempotency_key": ["company_id", "created_at"],
    "login_code": ["company_id", "id"],
    "refresh_token": ["company_id", "id"],
}
BY_ID = ("login_code", "outbox_event", "refresh_token")


def find_by_id(table: str) -> str:
    return f"""
        SELECT company.id FROM company,
               LATERAL (SELECT FROM {table} WHERE company_id = company.id AND {table}.id < before_id LIMIT 1) AS old
         WHERE table_name = '{table}'
    """


def upgrade() -> None:
    for table, columns in SEEN.items():
        let_due_see(table, columns)
    op.execute("GRANT SELECT (id) ON outbox_event TO brigada_due")
    create_look_across(
        "find_companies_with_old(table_name text, before timestamptz, before_id uuid)",
        "TABLE (company_id uuid)",
        """
        SELECT DISTINCT company_id
          FROM (SELECT company_id FROM idempotency_key WHERE created_at < before ORDER BY created_at LIMIT 10000) AS old
         WHERE table_name = 'idempotency_key'
        UNION ALL
        """
        + "UNION ALL".join(find_by_id(table) for table in BY_ID),
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION find_companies_with_old(text, timestamptz, uuid)")
    op.execute("REVOKE SELECT (id) ON outbox_event FROM brigada_due")
    for table, columns in SEEN.items():
        op.execute(f"REVOKE SELECT ({', '.join(columns)}) ON {table} FROM brigada_due")
        op.execute(f"DROP POLICY due ON {table}")
