"""Clients rate the work themselves: then an answer about the quality has stars, and nobody asked."""

import sqlalchemy as sa
from alembic import op

revision = "0109_ratings"
down_revision = "0108_clients_see_roughly"
branch_labels = None
depends_on = None

TABLE = "quality_answer"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("stars", sa.Integer(), nullable=True))
    op.alter_column(TABLE, "asked_by", nullable=True)
    op.create_check_constraint(op.f("ck_quality_answer__stars"), TABLE, "stars BETWEEN 1 AND 5")
    op.create_check_constraint(
        op.f("ck_quality_answer__said_by"), TABLE, "(stars IS NULL) = (asked_by IS NOT NULL)"
    )


def downgrade() -> None:
    op.execute(f"DELETE FROM {TABLE} WHERE stars IS NOT NULL")
    op.drop_constraint(op.f("ck_quality_answer__said_by"), TABLE)
    op.drop_constraint(op.f("ck_quality_answer__stars"), TABLE)
    op.alter_column(TABLE, "asked_by", nullable=False)
    op.drop_column(TABLE, "stars")
