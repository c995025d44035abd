"""Tasks: whom to call, when and why, with a deputy and a clock; and their history, which is only ever added to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0079_client_tasks"
down_revision = "0078_inbound_messages"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NOW = sa.text("now()")
EMPTY = {"server_default": "", "nullable": False}


def upgrade() -> None:
    _tasks()
    _history()


def _tasks() -> None:
    op.create_table(
        "client_task",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), **EMPTY),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence", sa.Text(), **EMPTY),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("responsible_id", sa.Uuid(), nullable=True),
        sa.Column("deputy_id", sa.Uuid(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("overdue_at", MOMENT, nullable=True),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("patience", sa.Interval(), nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), **EMPTY),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("status IN ('open','closed','dropped')", name=op.f("ck_client_task__status")),
        sa.CheckConstraint("channel IN ('call','letter','talk')", name=op.f("ck_client_task__channel")),
        sa.CheckConstraint("(status = 'open') = (closed_at IS NULL)", name=op.f("ck_client_task__closed_at")),
        sa.CheckConstraint("status = 'open' OR look_at IS NULL", name=op.f("ck_client_task__closed_rests")),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_client_task__company_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_client_task")),
        sa.UniqueConstraint(
            "company_id",
            "kind",
            "subject_id",
            "occurrence",
            name=op.f("uq_client_task__company_id_kind_subject_id_occurrence"),
        ),
    )
    op.create_index("ix_client_task__client", "client_task", ["company_id", "client_id", "id"])
    op.create_index("ix_client_task__subject", "client_task", ["company_id", "subject_id"])
    op.create_index(
        "ix_client_task__holder",
        "client_task",
        ["company_id", "holder_id", "due_at"],
        postgresql_where=sa.text("status = 'open'"),
    )
    waiting = sa.text("look_at IS NOT NULL")
    op.create_index(
        "ix_client_task__look", "client_task", ["company_id", "look_at"], postgresql_where=waiting
    )
    op.create_index(
        "ix_client_task__look_due", "client_task", ["look_at", "company_id"], postgresql_where=waiting
    )
    separate_companies("client_task")
    add_clock("task", "client_task", "look_at")


def _history() -> None:
    op.create_table(
        "client_task_event",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", MOMENT, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "task_id"],
            ["client_task.company_id", "client_task.id"],
            name=op.f("fk_client_task_event__company_id_task_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_client_task_event")),
    )
    op.create_index("ix_client_task_event__task", "client_task_event", ["company_id", "task_id", "id"])
    separate_companies("client_task_event", grants="SELECT, INSERT")


def downgrade() -> None:
    remove_clock("task", "client_task", "look_at")
    op.drop_table("client_task_event")
    op.drop_table("client_task")
