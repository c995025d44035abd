"""The history of a task is only ever added to, whoever writes."""

from alembic import op

from migrations.moves import guard_append_only

revision = "0082_task_history"
down_revision = "0081_disappointments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard_append_only("client_task_event")


def downgrade() -> None:
    op.execute("DROP TRIGGER client_task_event_append_only ON client_task_event")
