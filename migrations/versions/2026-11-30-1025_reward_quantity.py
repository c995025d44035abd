"""Rewards count in parts of a metre and of an hour, as acts do."""

import sqlalchemy as sa
from alembic import op

revision = "0016_reward_quantity"
down_revision = "0015_job_done_for"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("reward", "quantity", type_=sa.Numeric(12, 3))


def downgrade() -> None:
    op.alter_column("reward", "quantity", type_=sa.Integer())
