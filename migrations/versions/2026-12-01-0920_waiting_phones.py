"""What waits of a phone is looked at again, whether the phone comes or not."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company
from migrations.due_work import add_clock, remove_clock

revision = "0069_waiting_phones"
down_revision = "0068_places_forgotten"
branch_labels = None
depends_on = None

DEVICES = "command_device"
WAIT_NOW = """
    UPDATE command_device SET look_at = now()
     WHERE EXISTS (SELECT FROM field_command
                    WHERE field_command.company_id = command_device.company_id
                      AND field_command.device_id = command_device.device_id AND verdict = 'waiting')
"""


def upgrade() -> None:
    op.add_column(DEVICES, sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    with rows_of_every_company(DEVICES, "field_command"):
        op.execute(WAIT_NOW)
    is_set = sa.text("look_at IS NOT NULL")
    op.create_index("ix_command_device__look", DEVICES, ["company_id", "look_at"], postgresql_where=is_set)
    op.create_index("ix_command_device__due", DEVICES, ["look_at", "company_id"], postgresql_where=is_set)
    add_clock("waiting_phone", DEVICES, "look_at")


def downgrade() -> None:
    remove_clock("waiting_phone", DEVICES, "look_at")
    op.drop_index("ix_command_device__due", table_name=DEVICES)
    op.drop_index("ix_command_device__look", table_name=DEVICES)
    op.drop_column(DEVICES, "look_at")
