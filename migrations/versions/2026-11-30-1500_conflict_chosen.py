"""What value a field got when somebody resolved its conflict."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0053_conflict_chosen"
down_revision = "0052_checklists_are_forms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conflict", sa.Column("chosen", postgresql.JSONB(), nullable=True))
    op.create_index(
        "uq_conflict__field",
        "conflict",
        ["company_id", "command_id", "subject_id", "field"],
        unique=True,
        postgresql_where=sa.text("command_id IS NOT NULL AND field IS NOT NULL"),
    )
    op.create_index(
        "ix_conflict__user",
        "conflict",
        ["company_id", "user_id"],
        postgresql_where=sa.text("resolved_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_conflict__user", table_name="conflict")
    op.drop_index("uq_conflict__field", table_name="conflict")
    op.drop_column("conflict", "chosen")
