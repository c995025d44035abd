"""One listener finds the question that an SMS answers. There were two, each of which looked at its own questions."""

from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0106_one_hears_answers"
down_revision = "0105_tasks_to_write"
branch_labels = None
depends_on = None

RENAMED = """
UPDATE event_delivery AS one SET listener = '{new}'
 WHERE one.listener = '{old}' AND one.done_at IS NULL
   AND NOT EXISTS (SELECT FROM event_delivery AS other
                    WHERE other.company_id = one.company_id AND other.event_id = one.event_id
                      AND other.listener = '{new}')
"""
"""What was heard keeps the name of who heard it."""
OLD, NEW = "client_answers_about_visit", "answer_finds_its_question"
GONE = "client_answers_invitation"
"""What it had still to hear, the new one hears, unless that is to hear it anyway."""


def upgrade() -> None:
    with rows_of_every_company("event_delivery"):
        op.execute(RENAMED.format(old=OLD, new=NEW))
        op.execute(RENAMED.format(old=GONE, new=NEW))
        op.execute(f"UPDATE event_delivery SET done_at = now() WHERE done_at IS NULL AND listener = '{GONE}'")


def downgrade() -> None:
    with rows_of_every_company("event_delivery"):
        op.execute(RENAMED.format(old=NEW, new=OLD))
        op.execute(RENAMED.format(old=NEW, new=GONE))
