"""Checklists that were replaced, for those who were shown them. One that was replaced before this is not known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies

revision = "0032_old_checklist"
down_revision = "0031_passport_on_act"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "old_checklist",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_type_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("form", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "job_type_id"],
            ["job_type.company_id", "job_type.id"],
            name=op.f("fk_old_checklist__company_id_job_type_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_old_checklist")),
    )
    op.create_index("ix_old_checklist__job_type", "old_checklist", ["company_id", "job_type_id", "id"])
    separate_companies("old_checklist", grants="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("old_checklist")
