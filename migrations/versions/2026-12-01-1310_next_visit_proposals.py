"""What clients said at visits when they were asked about the next one. Rows are only ever added."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies
from migrations.moves import guard_append_only

revision = "0088_next_visit_proposals"
down_revision = "0087_invitations"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLE = "next_visit_proposal"
CHECKS = {
    "reply": "reply IN ('booked','named','thinking','refused')",
    "booked": "(reply = 'booked') = (booked_visit_id IS NOT NULL)",
    "on_day": "(reply IN ('booked','named')) = (on_day IS NOT NULL)",
    "refused_for_a_reason": "reply <> 'refused' OR reason <> ''",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("booked_visit_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{TABLE}__{name}")) for name, rule in CHECKS.items()),
        _key("visit_id", "visit"),
        _key("client_id", "client"),
        _key("job_id", "job"),
        _key("booked_visit_id", "visit"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}__visit", TABLE, ["company_id", "visit_id", "id"])
    op.create_index(f"ix_{TABLE}__client", TABLE, ["company_id", "client_id", "id"])
    separate_companies(TABLE, grants="SELECT, INSERT")
    guard_append_only(TABLE)


def _key(column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", column],
        [f"{other}.company_id", f"{other}.id"],
        name=op.f(f"fk_{TABLE}__company_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
