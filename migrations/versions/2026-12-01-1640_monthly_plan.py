"""What a company wants to reach in a month."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies

revision = "0113_monthly_plan"
down_revision = "0112_request_loss_reason"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "monthly_plan",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("newcomers", sa.Integer(), nullable=False),
        sa.Column("new_fans", sa.Integer(), nullable=False),
        sa.Column("paid_kop", sa.BigInteger(), nullable=True),
        sa.Column("business", postgresql.JSONB(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_monthly_plan__month")),
        sa.CheckConstraint(
            "newcomers >= 0 AND new_fans >= 0 AND paid_kop >= 0", name=op.f("ck_monthly_plan__targets")
        ),
        sa.PrimaryKeyConstraint("company_id", "month", name=op.f("pk_monthly_plan")),
    )
    separate_companies("monthly_plan")


def downgrade() -> None:
    op.drop_table("monthly_plan")
