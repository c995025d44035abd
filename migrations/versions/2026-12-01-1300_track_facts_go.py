"""What was derived of positions goes with them, and the background process finds the companies that have some."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import let_due_see, replace_look_across

revision = "0091_track_facts_go"
down_revision = "0090_permissions_are_facts"
branch_labels = None
depends_on = None

SEEN = {"track_fact": ["company_id", "kind", "to_at"], "arrival_proposal": ["company_id", "arrived_at"]}
KEPT_DAYS = "coalesce(tracking_settings.kept_days, 365)"
BEFORE = f"moment - make_interval(hours => 24 * {KEPT_DAYS})"
POSITIONS = {
    "ping": "device_at",
    "last_position": "at",
    "worker": "position_at",
    "stop_signal": "to_at",
}
DERIVED = {"track_fact": "kind <> 'presence' AND track_fact.to_at", "arrival_proposal": "arrived_at"}
"""A presence goes with the stop at its place."""


def _find_old(table: str, column: str) -> str:
    """Companies with a row that is older than they keep."""
    return f"""
        SELECT company.id FROM company LEFT JOIN tracking_settings ON tracking_settings.company_id = company.id,
               LATERAL (SELECT FROM {table} WHERE company_id = company.id AND {column} < {BEFORE} LIMIT 1) AS old
    """


SHORTER = f"""
        SELECT tracking_consent.company_id
          FROM tracking_consent
          LEFT JOIN tracking_settings ON tracking_settings.company_id = tracking_consent.company_id
         WHERE tracking_consent.kept_days < {KEPT_DAYS}
           AND given_at < moment - make_interval(hours => 24 * tracking_consent.kept_days)
           AND (withdrawn_at IS NULL OR withdrawn_at > {BEFORE} - interval '1 day')
    """


def _find(old: dict[str, str]) -> None:
    replace_look_across(
        "find_companies_with_old_places(moment timestamptz)",
        "TABLE (company_id uuid)",
        "UNION".join([*(_find_old(*one) for one in old.items()), SHORTER]),
    )


def upgrade() -> None:
    op.create_index(
        "ix_track_fact__placed",
        "track_fact",
        ["company_id", "to_at"],
        postgresql_where=sa.text("lat IS NOT NULL OR kind <> 'presence'"),
    )
    op.create_index("ix_arrival_proposal__arrived", "arrival_proposal", ["company_id", "arrived_at"])
    for table, columns in SEEN.items():
        let_due_see(table, columns)
    _find(POSITIONS | DERIVED)


def downgrade() -> None:
    _find(POSITIONS)
    for table, columns in SEEN.items():
        op.execute(f"REVOKE SELECT ({', '.join(columns)}) ON {table} FROM brigada_due")
        op.execute(f"DROP POLICY due ON {table}")
    op.drop_index("ix_arrival_proposal__arrived", table_name="arrival_proposal")
    op.drop_index("ix_track_fact__placed", table_name="track_fact")
