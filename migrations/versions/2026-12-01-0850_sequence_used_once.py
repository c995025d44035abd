"""No two commands of a phone have the same number, whichever way they came."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0066_sequence_used_once"
down_revision = "0065_track_view_viewer"
branch_labels = None
depends_on = None

NUMBERED = sa.text("device_seq IS NOT NULL")
KEEP_FIRST = """
UPDATE field_command again SET device_seq = NULL
  FROM field_command first
 WHERE first.company_id = again.company_id AND first.device_id = again.device_id
   AND first.device_seq = again.device_seq
   AND (first.received_at, first.command_id) < (again.received_at, again.command_id)
"""
COLUMNS = ["company_id", "device_id", "device_seq"]


def upgrade() -> None:
    with rows_of_every_company("field_command"):
        op.execute(KEEP_FIRST)
    op.drop_index("ix_field_command__device", table_name="field_command")
    op.create_index(
        "uq_field_command__device_seq", "field_command", COLUMNS, unique=True, postgresql_where=NUMBERED
    )


def downgrade() -> None:
    op.drop_index("uq_field_command__device_seq", table_name="field_command")
    op.create_index("ix_field_command__device", "field_command", COLUMNS, postgresql_where=NUMBERED)
