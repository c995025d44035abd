"""A company says from which length a stay is a stop."""

import sqlalchemy as sa
from alembic import op

revision = "0072_shortest_stop"
down_revision = "0071_sync_marks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "tracking_settings",
        sa.Column("shortest_stop_s", sa.Integer(), server_default="180", nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_tracking_settings__shortest_stop_s"),
        "tracking_settings",
        "shortest_stop_s BETWEEN 30 AND 3600",
    )


def downgrade() -> None:
    op.drop_column("tracking_settings", "shortest_stop_s")
