"""Dry runs of touch plans."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0095_plan_dry_runs"
down_revision = "0094_touches"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "plan_dry_run",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("segment_kop", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("looked_at", sa.Integer(), server_default="0", nullable=False),
        sa.Column("enrolled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("control", sa.Integer(), server_default="0", nullable=False),
        sa.Column("steps", JSON, server_default="{}", nullable=False),
        sa.Column("go_on_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "plan_id"],
            ["touch_plan.company_id", "touch_plan.id"],
            name=op.f("fk_plan_dry_run__company_id_plan_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_plan_dry_run")),
    )
    waiting = sa.text("go_on_at IS NOT NULL")
    op.create_index(
        "ix_plan_dry_run__go_on", "plan_dry_run", ["company_id", "go_on_at"], postgresql_where=waiting
    )
    op.create_index(
        "ix_plan_dry_run__go_on_due", "plan_dry_run", ["go_on_at", "company_id"], postgresql_where=waiting
    )
    separate_companies("plan_dry_run")
    add_clock("plan_dry_run", "plan_dry_run", "go_on_at")


def downgrade() -> None:
    remove_clock("plan_dry_run", "plan_dry_run", "go_on_at")
    op.drop_table("plan_dry_run")
