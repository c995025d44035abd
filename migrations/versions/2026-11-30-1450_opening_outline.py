"""Openings measured by their outline, and their sketches and photos.

Openings from before have neither. Their sheets keep their hashes, because neither is hashed when it is not there.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050_opening_outline"
down_revision = "0049_upload"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("opening", sa.Column("outline", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column(
        "opening",
        sa.Column("photos", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("opening", "photos")
    op.drop_column("opening", "outline")
