"""What a phone has keeps the marks of the rows it was made from, so an unchanged pull reads nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0071_sync_marks"
down_revision = "0070_channels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sync_view", sa.Column("marks", sa.LargeBinary(), nullable=True))
    op.execute("GRANT UPDATE (marks) ON sync_view TO brigada_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (marks) ON sync_view FROM brigada_app")
    op.drop_column("sync_view", "marks")
