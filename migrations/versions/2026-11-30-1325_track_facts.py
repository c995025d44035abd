"""Trips, stops and gaps of workers, derived from their positions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies

revision = "0041_track_facts"
down_revision = "0040_attachment_purposes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "track_fact",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("distance_m", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("algorithm_version", sa.Integer(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("(kind = 'gap') = (cause IS NOT NULL)", name=op.f("ck_track_fact__cause")),
        sa.CheckConstraint(
            "kind IN ('trip','stop','gap','presence','too_fast','mock')", name=op.f("ck_track_fact__kind")
        ),
        sa.CheckConstraint("confidence BETWEEN 0 AND 100", name=op.f("ck_track_fact__confidence")),
        sa.CheckConstraint("from_at <= to_at AND distance_m >= 0", name=op.f("ck_track_fact__extent")),
        sa.ForeignKeyConstraint(
            ["company_id", "site_id"],
            ["site.company_id", "site.id"],
            name=op.f("fk_track_fact__company_id_site_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_track_fact__company_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_track_fact__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_track_fact")),
    )
    op.create_index(
        "ix_track_fact__visit",
        "track_fact",
        ["company_id", "visit_id"],
        unique=False,
        postgresql_where=sa.text("visit_id IS NOT NULL"),
    )
    op.create_index(
        "ix_track_fact__worker", "track_fact", ["company_id", "worker_id", "from_at"], unique=False
    )
    op.create_table(
        "track_derivation",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("algorithm_version", sa.Integer(), nullable=False),
        sa.Column("ping_count", sa.Integer(), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=False),
        sa.Column("moving_s", sa.Integer(), nullable=False),
        sa.Column("stopped_s", sa.Integer(), nullable=False),
        sa.Column("unseen_s", sa.Integer(), nullable=False),
        sa.Column("facts_hash", sa.LargeBinary(), nullable=False),
        sa.Column("edges_hash", sa.LargeBinary(), nullable=False),
        sa.Column("derived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_track_derivation__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "worker_id", "day", name=op.f("pk_track_derivation")),
    )
    op.create_index("ix_track_derivation__day", "track_derivation", ["company_id", "day"], unique=False)
    for table in ("track_fact", "track_derivation"):
        separate_companies(table, grants="SELECT, INSERT, UPDATE, DELETE")


def downgrade() -> None:
    op.drop_table("track_derivation")
    op.drop_table("track_fact")
