"""In which hours the time to answer an offer runs, and the time that the dispatcher gave for the whole ladder.

A company can say when its office can answer. Until it does, time runs by the clock as before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036_answer_hours"
down_revision = "0035_invoice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("company", sa.Column("office_hours", postgresql.JSONB(none_as_null=True), nullable=True))
    for column, default in (("offers_wait_for_shifts", "false"), ("urgent_at_any_hour", "true")):
        op.add_column(
            "company", sa.Column(column, sa.Boolean(), server_default=sa.text(default), nullable=False)
        )
    op.add_column("visit", sa.Column("accept_within_s", sa.Integer(), nullable=True))
    op.add_column(
        "offer", sa.Column("runs_in_hours", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("offer", "runs_in_hours")
    op.drop_column("visit", "accept_within_s")
    for column in ("urgent_at_any_hour", "offers_wait_for_shifts", "office_hours"):
        op.drop_column("company", column)
