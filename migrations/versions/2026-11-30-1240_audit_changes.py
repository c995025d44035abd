"""The audit keeps what was changed on a card: the old value and the new one of each field."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033_audit_changes"
down_revision = "0032_old_checklist"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_event", sa.Column("card", sa.Text(), nullable=True))
    op.add_column("audit_event", sa.Column("card_id", sa.Uuid(), nullable=True))
    op.add_column(
        "audit_event",
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    with op.get_context().autocommit_block():  # CONCURRENTLY, so that writes need not wait for the index
        op.create_index(
            "ix_audit_event__card",
            "audit_event",
            ["company_id", "card", "card_id", "id"],
            postgresql_where=sa.text("card IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_index("ix_audit_event__card", table_name="audit_event")
    for column in ("changes", "card_id", "card"):
        op.drop_column("audit_event", column)
