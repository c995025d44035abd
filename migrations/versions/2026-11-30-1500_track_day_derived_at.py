"""When a day of a worker was derived last, so that it is not derived with every position."""

import sqlalchemy as sa
from alembic import op

revision = "0055_derived_at"
down_revision = "0054_command_sequence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("track_day", sa.Column("derived_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("track_day", "derived_at")
