"""What each phone has been sent, so that it gets only what has changed."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies

revision = "0044_sync_views"
down_revision = "0043_chat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sync_view",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_sync_view")),
    )
    op.create_index("ix_sync_view__device", "sync_view", ["company_id", "user_id", "device_id"])
    separate_companies("sync_view", grants="SELECT, INSERT, DELETE")


def downgrade() -> None:
    op.drop_table("sync_view")
