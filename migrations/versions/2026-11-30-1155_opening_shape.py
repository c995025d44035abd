"""Openings have shapes. Those that were measured before are rectangles: nothing else could be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0028_opening_shape"
down_revision = "0027_find_companies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("opening", sa.Column("shape", sa.Text(), server_default="rectangle", nullable=False))
    op.create_check_constraint(
        op.f("ck_opening__shape"),
        "opening",
        "shape IN ('rectangle','trapezium','triangle','arch','polygon')",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_opening__shape"), "opening")
    op.drop_column("opening", "shape")
