"""What an offer was made in spite of, and how many were to come."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029_offer_terms"
down_revision = "0028_opening_shape"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "offer",
        sa.Column("in_spite_of", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("offer", sa.Column("people", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("offer", "people")
    op.drop_column("offer", "in_spite_of")
