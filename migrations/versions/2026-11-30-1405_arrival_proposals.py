"""Days of workers are derived when new positions come, and arrivals are proposed."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0048_arrival_proposals"
down_revision = "0047_field_command"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrival_proposal",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=False),
        sa.Column("dwell_s", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_arrival_proposal__company_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_arrival_proposal__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "visit_id", name=op.f("pk_arrival_proposal")),
    )
    separate_companies("arrival_proposal", grants="SELECT, INSERT")
    add_clock("track_day", "track_day", "derive_at")


def downgrade() -> None:
    remove_clock("track_day", "track_day", "derive_at")
    op.drop_table("arrival_proposal")
