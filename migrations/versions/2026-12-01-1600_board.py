"""The schedule board: visits that stay where they are, and ways to what waits for somebody or for a time."""

import sqlalchemy as sa
from alembic import op

revision = "0107_board"
down_revision = "0106_one_hears_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit", sa.Column("is_pinned", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_visit__planned",
        "visit",
        ["company_id", "starts_at"],
        postgresql_where=sa.text("status = 'planned'"),
    )
    op.create_index("ix_job__new", "job", ["company_id", "id"], postgresql_where=sa.text("status = 'new'"))
    op.create_index(
        "ix_outbox_event__relayed",
        "outbox_event",
        ["company_id", "relayed_at"],
        postgresql_where=sa.text("relayed_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_event__relayed", table_name="outbox_event")
    op.drop_index("ix_job__new", table_name="job")
    op.drop_index("ix_visit__planned", table_name="visit")
    op.drop_column("visit", "is_pinned")
