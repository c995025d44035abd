"""Objects in the file store that no row knows are looked for, and what a company has sent in a day is counted."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company, separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0062_stray_check"
down_revision = "0061_stop_signals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stray_check",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_stray_check")),
    )
    op.create_index("ix_stray_check__due", "stray_check", ["check_at", "company_id"])
    separate_companies("stray_check")
    with rows_of_every_company("attachment", "stray_check"):
        op.execute("INSERT INTO stray_check SELECT DISTINCT company_id, now() FROM attachment")
    add_clock("stray_files", "stray_check", "check_at")
    op.create_index(
        "ix_attachment__declared", "attachment", ["company_id", "declared_at"], postgresql_include=["size"]
    )


def downgrade() -> None:
    op.drop_index("ix_attachment__declared", table_name="attachment")
    remove_clock("stray_files", "stray_check", "check_at")
    op.drop_table("stray_check")
