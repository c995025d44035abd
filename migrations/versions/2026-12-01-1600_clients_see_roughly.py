"""Which consents let the client of a visit see roughly where the worker is. Those given until now do not say so."""

import sqlalchemy as sa
from alembic import op

revision = "0108_clients_see_roughly"
down_revision = "0107_board"
branch_labels = None
depends_on = None

TABLES = ("consent_text", "tracking_choice", "tracking_consent")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(
            table, sa.Column("clients_see", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "clients_see")
