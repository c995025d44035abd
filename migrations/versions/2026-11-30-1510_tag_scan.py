"""Tags of products that were read at visits."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies

revision = "0056_tag_scan"
down_revision = "0055_derived_at"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tag_scan",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_tag_scan__company_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "passport_id"],
            ["passport.company_id", "passport.id"],
            name=op.f("fk_tag_scan__company_id_passport_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_tag_scan")),
        sa.UniqueConstraint(
            "company_id", "visit_id", "passport_id", name=op.f("uq_tag_scan__company_id_visit_id_passport_id")
        ),
    )
    separate_companies("tag_scan", grants="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("tag_scan")
