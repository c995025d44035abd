"""One listener finds the question that an SMS answers. There were two, each of which looked at its own questions."""

from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0106_one_hears_answers"
down_revision = "0105_tasks_to_write"
branch_labels = None
depends_on = None

RENAMED = "UPDATE event_delivery SET listener = '{new}' WHERE listener = '{old}'"
OLD, NEW = "client_answers_about_visit", "answer_finds_its_question"
GONE = "client_answers_invitation"
"""What it had still to hear, the other one hears."""


def upgrade() -> None:
    with rows_of_every_company("event_delivery"):
        op.execute(RENAMED.format(old=OLD, new=NEW))
        op.execute(f"UPDATE event_delivery SET done_at = now() WHERE done_at IS NULL AND listener = '{GONE}'")


def downgrade() -> None:
    with rows_of_every_company("event_delivery"):
        op.execute(RENAMED.format(old=NEW, new=OLD))
