"""Clients are asked on the day before whether a visit suits them, and reminded of it; their answers are kept."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import (
    create_look_across,
    let_due_see,
    rows_of_every_company,
    separate_companies,
)
from migrations.due_work import add_clock, remove_clock

revision = "0075_confirmation"
down_revision = "0074_client_consents"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SAYS = "'booked','moved','person','on_the_way','not_coming','failed','called_off'"


def upgrade() -> None:
    _settings()
    _links()
    _answers()
    _visits()
    _notices()
    add_clock("answer", "visit_answer", "act_at")
    create_look_across(
        "find_company_of_visit_link(hash bytea)",
        "uuid",
        "SELECT company_id FROM visit_link WHERE code_hash = hash",
    )
    with rows_of_every_company("visit_telling", "visit", "job", "act"):
        op.execute(
            "UPDATE visit v SET is_new_client = true FROM job j"
            " WHERE j.company_id = v.company_id AND j.id = v.job_id AND v.finished_at IS NULL AND NOT EXISTS ("
            "  SELECT FROM job his JOIN act a ON a.company_id = his.company_id AND a.job_id = his.id"
            "  WHERE his.company_id = j.company_id AND his.client_id = j.client_id AND a.status = 'signed')"
        )
        op.execute(
            "UPDATE visit_telling t SET tell_at = now() FROM visit v"
            " WHERE v.company_id = t.company_id AND v.id = t.visit_id AND t.tell_at IS NULL"
            " AND v.status IN ('planned','offered','accepted') AND v.window_ends_at > now()"
        )


def _settings() -> None:
    table = "confirmation_settings"
    op.create_table(
        table,
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("asks", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("ask_at", sa.Text(), server_default="17:00", nullable=False),
        sa.Column("answer_within_min", sa.Integer(), server_default="120", nullable=False),
        sa.Column("escalate_after_min", sa.Integer(), server_default="60", nullable=False),
        sa.Column("remind_before_min", sa.Integer(), server_default="60", nullable=False),
        sa.Column("names_late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("client_moves", sa.Integer(), server_default="2", nullable=False),
        sa.Column("move_until_min", sa.Integer(), server_default="180", nullable=False),
        sa.Column("cancel_after_min", sa.Integer(), server_default="10", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("ask_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'", name=op.f(f"ck_{table}__ask_at")),
        sa.CheckConstraint("answer_within_min BETWEEN 15 AND 1440", name=op.f(f"ck_{table}__answer_within")),
        sa.CheckConstraint("escalate_after_min BETWEEN 5 AND 1440", name=op.f(f"ck_{table}__escalate_after")),
        sa.CheckConstraint("remind_before_min BETWEEN 0 AND 1440", name=op.f(f"ck_{table}__remind_before")),
        sa.CheckConstraint("client_moves BETWEEN 0 AND 20", name=op.f(f"ck_{table}__client_moves")),
        sa.CheckConstraint("move_until_min BETWEEN 0 AND 10080", name=op.f(f"ck_{table}__move_until")),
        sa.CheckConstraint("cancel_after_min BETWEEN 0 AND 240", name=op.f(f"ck_{table}__cancel_after")),
        sa.PrimaryKeyConstraint("company_id", name=op.f(f"pk_{table}")),
    )
    separate_companies(table)


def _links() -> None:
    op.create_table(
        "visit_link",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("company_id", "code_hash", name=op.f("pk_visit_link")),
    )
    op.create_index("ix_visit_link__visit", "visit_link", ["company_id", "visit_id"])
    op.create_index("ix_visit_link__code_hash", "visit_link", ["code_hash"])
    separate_companies("visit_link", grants="SELECT, INSERT")
    let_due_see("visit_link", ["company_id", "code_hash"])


def _answers() -> None:
    op.create_table(
        "visit_answer",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Integer(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("window_starts_at", MOMENT, nullable=False),
        sa.Column("refused_because", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("act_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("channel IN ('sms','link','office')", name=op.f("ck_visit_answer__channel")),
        sa.CheckConstraint("says IN ('yes','no','move','unclear')", name=op.f("ck_visit_answer__says")),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_visit_answer__company_id_visit_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_visit_answer")),
        sa.UniqueConstraint("company_id", "source_id", name=op.f("uq_visit_answer__company_id_source_id")),
    )
    op.create_index("ix_visit_answer__visit", "visit_answer", ["company_id", "visit_id", "id"])
    waiting = sa.text("act_at IS NOT NULL")
    op.create_index(
        "ix_visit_answer__due", "visit_answer", ["company_id", "act_at"], postgresql_where=waiting
    )
    op.create_index(
        "ix_visit_answer__act_at", "visit_answer", ["act_at", "company_id"], postgresql_where=waiting
    )
    separate_companies("visit_answer")


def _visits() -> None:
    op.add_column("visit", sa.Column("client_answer", sa.Text(), nullable=True))
    op.add_column("visit", sa.Column("client_answered_at", MOMENT, nullable=True))
    op.add_column(
        "visit", sa.Column("is_new_client", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_visit__client_answer"), "visit", "client_answer IN ('yes','no','move')"
    )
    op.create_check_constraint(
        op.f("ck_visit__answer_has_time"), "visit", "(client_answer IS NULL) = (client_answered_at IS NULL)"
    )


def _notices() -> None:
    op.add_column("client_notice", sa.Column("asks", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("client_notice", sa.Column("supervisor_item_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_client_notice__company_id_supervisor_item_id"),
        "client_notice",
        "inbox_item",
        ["company_id", "supervisor_item_id"],
        ["company_id", "id"],
    )
    op.drop_constraint(op.f("ck_client_notice__says"), "client_notice")
    op.create_check_constraint(
        op.f("ck_client_notice__says"), "client_notice", f"says IN ('asked','reminded',{SAYS})"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION find_company_of_visit_link(bytea)")
    remove_clock("answer", "visit_answer", "act_at")
    op.drop_constraint(op.f("ck_client_notice__says"), "client_notice")
    with rows_of_every_company("client_notice"):
        op.execute("DELETE FROM client_notice WHERE says IN ('asked','reminded')")
    op.create_check_constraint(op.f("ck_client_notice__says"), "client_notice", f"says IN ({SAYS})")
    op.drop_constraint(
        op.f("fk_client_notice__company_id_supervisor_item_id"), "client_notice", type_="foreignkey"
    )
    op.drop_column("client_notice", "supervisor_item_id")
    op.drop_column("client_notice", "asks")
    op.drop_constraint(op.f("ck_visit__client_answer"), "visit")
    op.drop_constraint(op.f("ck_visit__answer_has_time"), "visit")
    for column in ("is_new_client", "client_answered_at", "client_answer"):
        op.drop_column("visit", column)
    for table in ("visit_answer", "visit_link", "confirmation_settings"):
        op.drop_table(table)
