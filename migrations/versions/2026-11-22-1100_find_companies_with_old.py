"""A function that finds companies with rows that are old enough to be removed.

The application was already allowed to remove these rows; the function tells it where they are. It searches by the
primary key, whose ids are in the order of time, so no index is needed. Answers of idempotent requests have no such
id. For them it looks only at the oldest ones; the caller removes these and asks again.
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
