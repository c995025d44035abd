"""Rewards count in parts of a metre and of an hour, as acts do."""

import sqlalchemy as sa
from alembic import op

revision = "0018_reward_quantity"
down_revision = "0017_cash_handover"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("reward", "quantity", type_=sa.Numeric(12, 3))


def downgrade() -> None:
    op.alter_column("reward", "quantity", type_=sa.Integer())
