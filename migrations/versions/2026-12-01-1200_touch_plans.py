"""Touch plans and their versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.moves import guard_append_only, guard_moves

revision = "0085_touch_plans"
down_revision = "0084_act_of_job"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())
MOVES = {"off": ["on", "retired"], "on": ["paused", "retired"], "paused": ["on", "retired"], "retired": []}


def upgrade() -> None:
    op.create_table(
        "touch_plan",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("draft", JSON, nullable=False),
        sa.Column("status", sa.Text(), server_default="off", nullable=False),
        sa.Column("published_number", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("status IN ('off','on','paused','retired')", name=op.f("ck_touch_plan__status")),
        sa.CheckConstraint(
            "status <> 'on' OR (published_number IS NOT NULL AND released_by IS NOT NULL)",
            name=op.f("ck_touch_plan__released_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "batch_id"],
            ["message_batch.company_id", "message_batch.id"],
            name=op.f("fk_touch_plan__company_id_batch_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_touch_plan")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_touch_plan__company_id_code")),
    )
    separate_companies("touch_plan")
    guard_moves("touch_plan", MOVES)
    op.create_table(
        "touch_plan_version",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_touch_plan_version__number")),
        sa.ForeignKeyConstraint(
            ["company_id", "plan_id"],
            ["touch_plan.company_id", "touch_plan.id"],
            name=op.f("fk_touch_plan_version__company_id_plan_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "plan_id", "number", name=op.f("pk_touch_plan_version")),
    )
    separate_companies("touch_plan_version", grants="SELECT, INSERT")
    guard_append_only("touch_plan_version")


def downgrade() -> None:
    op.drop_table("touch_plan_version")
    op.drop_table("touch_plan")
