"""A function that finds companies with positions that must go, so that nobody has to look into every company.

It reads times and whose they are, no places. Where a worker agreed to fewer days than his company keeps, it answers the
company as long as that may still matter: positions of that time are looked for inside the company.
"""

from alembic import op

from migrations.company_rows import create_look_across, let_due_see, let_due_see_too

revision = "0083_companies_with_old_places"
down_revision = "0082_task_history"
branch_labels = None
depends_on = None

SEEN = {
    "ping": ["company_id", "device_at"],
    "worker": ["company_id", "position_at"],
    "stop_signal": ["company_id", "to_at"],
    "tracking_consent": ["company_id", "kept_days", "given_at", "withdrawn_at"],
    "tracking_settings": ["company_id", "kept_days"],
}
TIMES = {"ping": "device_at", "last_position": "at", "worker": "position_at", "stop_signal": "to_at"}
KEPT_DAYS = "coalesce(tracking_settings.kept_days, 365)"
BEFORE = f"moment - make_interval(hours => 24 * {KEPT_DAYS})"


def _find_old(table: str, column: str) -> str:
    """Companies with a row that is older than they keep."""
    return f"""
        SELECT company.id FROM company LEFT JOIN tracking_settings ON tracking_settings.company_id = company.id,
               LATERAL (SELECT FROM {table} WHERE company_id = company.id AND {table}.{column} < {BEFORE} LIMIT 1) AS old
    """


SHORTER = f"""
        SELECT tracking_consent.company_id
          FROM tracking_consent
          LEFT JOIN tracking_settings ON tracking_settings.company_id = tracking_consent.company_id
         WHERE tracking_consent.kept_days < {KEPT_DAYS}
           AND given_at < moment - make_interval(hours => 24 * tracking_consent.kept_days)
           AND (withdrawn_at IS NULL OR withdrawn_at > {BEFORE} - interval '1 day')
    """
"""A stop that began before a consent ended can be over a little later: hence the day."""


def upgrade() -> None:
    for table, columns in SEEN.items():
        let_due_see(table, columns)
    let_due_see_too("last_position", ["at"])
    create_look_across(
        "find_companies_with_old_places(moment timestamptz)",
        "TABLE (company_id uuid)",
        "UNION".join([*(_find_old(*one) for one in TIMES.items()), SHORTER]),
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION find_companies_with_old_places(timestamptz)")
    op.execute("REVOKE SELECT (at) ON last_position FROM brigada_due")
    for table, columns in SEEN.items():
        op.execute(f"REVOKE SELECT ({', '.join(columns)}) ON {table} FROM brigada_due")
        op.execute(f"DROP POLICY due ON {table}")
