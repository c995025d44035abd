"""Who looked where workers are is written once an hour, so it is asked whether it is written already."""

from alembic import op

revision = "0065_track_view_viewer"
down_revision = "0064_conflict_decided"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_track_view__viewer", "track_view", ["company_id", "viewer_id", "viewed_at"])


def downgrade() -> None:
    op.drop_index("ix_track_view__viewer", table_name="track_view")
