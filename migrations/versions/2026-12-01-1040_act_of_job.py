"""Phones keep the acts of their jobs, so acts are looked up by job."""

from alembic import op

revision = "0084_act_of_job"
down_revision = "0083_companies_with_old_places"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_act__job", "act", ["company_id", "job_id"])


def downgrade() -> None:
    op.drop_index("ix_act__job", table_name="act")
