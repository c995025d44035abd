"""Count the deliveries that were given up, so that somebody looks at them."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import create_look_across

revision = "0002_deliveries_given_up"
down_revision = "0001_foundation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_event_delivery__failed",
        "event_delivery",
        ["company_id"],
        postgresql_where=sa.text("failed_at IS NOT NULL"),
    )
    create_look_across(
        "count_given_up()", "bigint", "SELECT count(*) FROM event_delivery WHERE failed_at IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION count_given_up()")
    op.drop_index("ix_event_delivery__failed", table_name="event_delivery")
