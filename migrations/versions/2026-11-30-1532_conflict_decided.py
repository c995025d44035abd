"""A phone shows the worker what was decided about his conflicts in the last days, and looks each time it pulls."""

from alembic import op
from sqlalchemy import text

revision = "0064_conflict_decided"
down_revision = "0063_new_ping"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_conflict__decided",
        "conflict",
        ["company_id", "user_id", "resolved_at"],
        postgresql_where=text("resolved_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_conflict__decided", table_name="conflict")
