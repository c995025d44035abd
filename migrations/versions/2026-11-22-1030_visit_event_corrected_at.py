"""The time at which something happened on a phone, by our clock. It is null for older rows, where it is unknown."""

import sqlalchemy as sa
from alembic import op

revision = "0004_visit_event_corrected_at"
down_revision = "0003_order_canceled_reason"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit_event", sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("visit_event", "corrected_at")
