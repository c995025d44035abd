"""Clients in plans, their touches, and the calendar of occasions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock
from migrations.moves import guard_moves

revision = "0094_touches"
down_revision = "0093_recovery_cases"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CREATED = sa.text("now()")
TOUCH_MOVES = {
    "planned": ["queued", "open", "skipped"],
    "queued": ["planned", "open", "sent", "skipped", "failed"],
    "open": ["done", "skipped"],
    "sent": ["failed"],
    "failed": ["sent"],
    "done": [],
    "skipped": ["sent"],
}


def upgrade() -> None:
    _enrolments()
    _touches()
    _intakes()
    _occasions()


def _to(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", column],
        [f"{of}.company_id", f"{of}.id"],
        name=op.f(f"fk_{table}__company_id_{column}"),
    )


def _look(table: str) -> None:
    waiting = sa.text("look_at IS NOT NULL")
    op.create_index(f"ix_{table}__look", table, ["company_id", "look_at"], postgresql_where=waiting)
    op.create_index(f"ix_{table}__look_due", table, ["look_at", "company_id"], postgresql_where=waiting)


def _enrolments() -> None:
    op.create_table(
        "plan_enrolment",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("trigger_key", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("is_control", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("client_status", sa.Text(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("event_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("goal_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=CREATED, nullable=False),
        sa.CheckConstraint("status IN ('open','ended')", name=op.f("ck_plan_enrolment__status")),
        sa.CheckConstraint(
            "(status = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_plan_enrolment__ended")
        ),
        sa.CheckConstraint(
            "(status = 'ended') = (end_reason IS NOT NULL)", name=op.f("ck_plan_enrolment__end_has_reason")
        ),
        sa.CheckConstraint("(due_on IS NULL) = (category IS NULL)", name=op.f("ck_plan_enrolment__need")),
        _to("plan_enrolment", "client_id", "client"),
        _to("plan_enrolment", "plan_id", "touch_plan"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_plan_enrolment")),
        sa.UniqueConstraint(
            "company_id", "plan_id", "client_id", "trigger_key", name="uq_plan_enrolment__trigger"
        ),
    )
    op.create_index("ix_plan_enrolment__client", "plan_enrolment", ["company_id", "client_id", "id"])
    op.create_index("ix_plan_enrolment__plan", "plan_enrolment", ["company_id", "plan_id", "started_at"])
    separate_companies("plan_enrolment")


def _touches() -> None:
    op.create_table(
        "touch",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="1", nullable=False),
        sa.Column("status", sa.Text(), server_default="planned", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=CREATED, nullable=False),
        sa.CheckConstraint(
            "status IN ('planned','queued','open','sent','done','skipped','failed')",
            name=op.f("ck_touch__status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('skipped','failed') OR reason IS NOT NULL", name=op.f("ck_touch__has_reason")
        ),
        sa.CheckConstraint(
            "(status IN ('planned','queued','open')) = (ended_at IS NULL)", name=op.f("ck_touch__ended")
        ),
        sa.CheckConstraint(
            "status <> 'planned' OR look_at IS NOT NULL", name=op.f("ck_touch__planned_is_looked_at")
        ),
        _to("touch", "client_id", "client"),
        _to("touch", "enrolment_id", "plan_enrolment"),
        _to("touch", "message_id", "message"),
        _to("touch", "task_id", "client_task"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_touch")),
        sa.UniqueConstraint(
            "company_id",
            "enrolment_id",
            "step",
            "attempt",
            name=op.f("uq_touch__company_id_enrolment_id_step_attempt"),
        ),
    )
    op.create_index("ix_touch__client", "touch", ["company_id", "client_id", "id"])
    for column in ("message", "task"):
        op.create_index(
            f"ix_touch__{column}",
            "touch",
            ["company_id", f"{column}_id"],
            postgresql_where=sa.text(f"{column}_id IS NOT NULL"),
        )
    _look("touch")
    separate_companies("touch")
    guard_moves("touch", TOUCH_MOVES)
    add_clock("touch", "touch", "look_at")


def _intakes() -> None:
    op.create_table(
        "plan_intake",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("look_at", MOMENT, nullable=True),
        _to("plan_intake", "plan_id", "touch_plan"),
        sa.PrimaryKeyConstraint("company_id", "plan_id", name=op.f("pk_plan_intake")),
    )
    _look("plan_intake")
    separate_companies("plan_intake")
    add_clock("plan_intake", "plan_intake", "look_at")


def _occasions() -> None:
    op.create_table(
        "occasion",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("statuses", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("clients", sa.Integer(), server_default="0", nullable=False),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.Column("canceled_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=CREATED, nullable=False),
        _to("occasion", "plan_id", "touch_plan"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_occasion")),
    )
    op.create_index("ix_occasion__day", "occasion", ["company_id", "on_day"])
    _look("occasion")
    separate_companies("occasion")
    add_clock("occasion", "occasion", "look_at")


def downgrade() -> None:
    for table in ("occasion", "plan_intake", "touch"):
        remove_clock(table, table, "look_at")
        op.drop_table(table)
    op.drop_table("plan_enrolment")
