"""What was said with clients: interactions, proposals and the answers to them. Rows are only ever added."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies
from migrations.moves import guard_append_only

revision = "0080_interactions"
down_revision = "0079_client_tasks"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
EMPTY = {"server_default": "", "nullable": False}
APPENDED = ("interaction", "proposal", "proposal_answer")


def upgrade() -> None:
    _interactions()
    _proposals()
    _answers()
    for table in APPENDED:
        separate_companies(table, grants="SELECT, INSERT")
        guard_append_only(table)


def _interactions() -> None:
    op.create_table(
        "interaction",
        *_head(),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), **EMPTY),
        sa.Column("call_back_at", MOMENT, nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), **EMPTY),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        _made(),
        sa.CheckConstraint("kind IN ('call','message','letter','talk')", name=op.f("ck_interaction__kind")),
        sa.CheckConstraint("direction IN ('in','out')", name=op.f("ck_interaction__direction")),
        sa.CheckConstraint(
            "seconds IS NULL OR kind IN ('call','talk')", name=op.f("ck_interaction__seconds")
        ),
        _belongs("interaction", "client_id", "client"),
        _belongs("interaction", "task_id", "client_task"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_interaction")),
    )
    op.create_index("ix_interaction__client", "interaction", ["company_id", "client_id", "at", "id"])


def _proposals() -> None:
    op.create_table(
        "proposal",
        *_head(),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("amount_kop", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        _made(),
        sa.CheckConstraint("amount_kop >= 0", name=op.f("ck_proposal__amount")),
        _belongs("proposal", "client_id", "client"),
        _belongs("proposal", "interaction_id", "interaction"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal__client", "proposal", ["company_id", "client_id", "id"])


def _answers() -> None:
    op.create_table(
        "proposal_answer",
        *_head(),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), **EMPTY),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        _made(),
        sa.CheckConstraint(
            "answer IN ('accepted','refused','thinking')", name=op.f("ck_proposal_answer__answer")
        ),
        sa.CheckConstraint(
            "answer <> 'refused' OR reason <> ''", name=op.f("ck_proposal_answer__refusal_has_reason")
        ),
        _belongs("proposal_answer", "proposal_id", "proposal"),
        _belongs("proposal_answer", "interaction_id", "interaction"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_proposal_answer")),
    )
    op.create_index(
        "ix_proposal_answer__proposal", "proposal_answer", ["company_id", "proposal_id", "at", "id"]
    )


def _head() -> tuple[sa.Column, sa.Column]:
    return sa.Column("company_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False)


def _made() -> sa.Column:
    return sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False)


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", column],
        [f"{to}.company_id", f"{to}.id"],
        name=op.f(f"fk_{table}__company_id_{column}"),
    )


def downgrade() -> None:
    for table in reversed(APPENDED):
        op.drop_table(table)
