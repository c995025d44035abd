"""Working time is corrected with a trace, and the visits of a period are found by when they went on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies

revision = "0046_timesheet"
down_revision = "0045_pings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "time_correction",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("was", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.Uuid(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_time_correction__period")),
        sa.CheckConstraint(
            "says IN ('travel','work','pause','nothing','as_tapped')", name=op.f("ck_time_correction__says")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_time_correction__company_id_worker_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_time_correction__company_id_visit_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_time_correction")),
        sa.UniqueConstraint("company_id", "worker_id", "revision", name="uq_time_correction__revision"),
    )
    op.create_index("ix_time_correction__worker", "time_correction", ["company_id", "worker_id", "ends_at"])
    separate_companies("time_correction", grants="SELECT, INSERT")
    op.create_table(
        "time_comment",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "correction_id"],
            ["time_correction.company_id", "time_correction.id"],
            name=op.f("fk_time_comment__company_id_correction_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_time_comment__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_time_comment")),
    )
    op.create_index("ix_time_comment__correction", "time_comment", ["company_id", "correction_id", "id"])
    separate_companies("time_comment", grants="SELECT, INSERT")
    op.create_index(
        "ix_visit_event__phase",
        "visit_event",
        ["company_id", "received_at"],
        postgresql_where=sa.text("kind IN ('en_route','on_site','in_progress','paused')"),
    )


def downgrade() -> None:
    op.drop_index("ix_visit_event__phase", table_name="visit_event")
    op.drop_table("time_comment")
    op.drop_table("time_correction")
