"""Who of the office looked at the track of a worker."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies

revision = "0051_track_view"
down_revision = "0050_opening_outline"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "track_view",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("viewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("since <= until", name=op.f("ck_track_view__period")),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_track_view__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_track_view")),
    )
    op.create_index("ix_track_view__worker", "track_view", ["company_id", "worker_id", "id"])
    separate_companies("track_view", grants="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("track_view")
