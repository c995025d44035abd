"""Clients, sites and workers can be put into the archive. So far none is there."""

import sqlalchemy as sa
from alembic import op

revision = "0034_archive"
down_revision = "0033_audit_changes"
branch_labels = None
depends_on = None

CARDS = ("client", "site", "worker")


def upgrade() -> None:
    for card in CARDS:
        op.add_column(card, sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for card in CARDS:
        op.drop_column(card, "archived_at")
