"""Somebody can have the task to write to a client himself, in a messenger or a social network.

The constraint is only widened, so the code before it goes on working.
"""

from alembic import op

revision = "0105_tasks_to_write"
down_revision = "0104_only_people_are_persons"
branch_labels = None
depends_on = None

NAME = "ck_client_task__channel"


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), "client_task")
    op.create_check_constraint(op.f(NAME), "client_task", "channel IN ('call','message','letter','talk')")


def downgrade() -> None:
    op.drop_constraint(op.f(NAME), "client_task")
    op.create_check_constraint(op.f(NAME), "client_task", "channel IN ('call','letter','talk')")
