"""Stops of workers that nothing explains: found when a day has settled, answered by the worker, closed by a person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock
from migrations.moves import guard_set_once

revision = "0061_stop_signals"
down_revision = "0060_chat_message_newest"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _settings()
    _places()
    _signals()
    _answers()
    op.add_column("track_derivation", sa.Column("judge_at", MOMENT, nullable=True))
    waiting = sa.text("judge_at IS NOT NULL")
    op.create_index(
        "ix_track_derivation__due",
        "track_derivation",
        ["company_id", "judge_at"],
        postgresql_where=waiting,
    )
    op.create_index(
        "ix_track_derivation__judge_at",
        "track_derivation",
        ["judge_at", "company_id"],
        postgresql_where=waiting,
    )
    add_clock("stop_signal", "track_derivation", "judge_at")


def _settings() -> None:
    op.create_table(
        "signal_settings",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("is_on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("on_since", MOMENT, nullable=True),
        sa.Column("stop_min", sa.Integer(), server_default="20", nullable=False),
        sa.Column("away_m", sa.Integer(), server_default="300", nullable=False),
        sa.Column("accuracy_m", sa.Integer(), server_default="60", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("stop_min BETWEEN 10 AND 240", name=op.f("ck_signal_settings__stop_min")),
        sa.CheckConstraint("away_m BETWEEN 100 AND 5000", name=op.f("ck_signal_settings__away_m")),
        sa.CheckConstraint("accuracy_m BETWEEN 10 AND 200", name=op.f("ck_signal_settings__accuracy_m")),
        sa.CheckConstraint("NOT is_on OR on_since IS NOT NULL", name=op.f("ck_signal_settings__on_since")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_signal_settings")),
    )
    separate_companies("signal_settings")


def _places() -> None:
    op.create_table(
        "allowed_place",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("radius_m", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("ck_allowed_place__place")
        ),
        sa.CheckConstraint("radius_m BETWEEN 20 AND 5000", name=op.f("ck_allowed_place__radius_m")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_allowed_place")),
    )
    separate_companies("allowed_place")


def _signals() -> None:
    op.create_table(
        "stop_signal",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("to_at", MOMENT, nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("counted_s", sa.Integer(), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("near_clients", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("gone_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("from_at < to_at", name=op.f("ck_stop_signal__period")),
        sa.CheckConstraint(
            "gone_at IS NOT NULL OR (lat IS NOT NULL AND lon IS NOT NULL)", name=op.f("ck_stop_signal__place")
        ),
        sa.CheckConstraint(
            "decision IN ('explained','not_explained','mistake')", name=op.f("ck_stop_signal__decision")
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (decision IS NULL)", name=op.f("ck_stop_signal__closed")),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_stop_signal__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_stop_signal")),
    )
    op.create_index("ix_stop_signal__day", "stop_signal", ["company_id", "worker_id", "day"])
    op.create_index(
        "ix_stop_signal__open",
        "stop_signal",
        ["company_id", "id"],
        postgresql_where=sa.text("closed_at IS NULL AND gone_at IS NULL"),
    )
    separate_companies("stop_signal")
    guard_set_once("stop_signal", ["closed_at", "closed_by", "decision", "decision_reason"])


def _answers() -> None:
    op.create_table(
        "signal_answer",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "choice IN ('errand','waiting','meal','vehicle','private','not_there','other')",
            name=op.f("ck_signal_answer__choice"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "signal_id"],
            ["stop_signal.company_id", "stop_signal.id"],
            name=op.f("fk_signal_answer__company_id_signal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_signal_answer__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_signal_answer")),
    )
    op.create_index("ix_signal_answer__signal", "signal_answer", ["company_id", "signal_id", "id"])
    separate_companies("signal_answer", grants="SELECT, INSERT")


def downgrade() -> None:
    remove_clock("stop_signal", "track_derivation", "judge_at")
    op.drop_column("track_derivation", "judge_at")
    for table in ("signal_answer", "stop_signal", "allowed_place", "signal_settings"):
        op.drop_table(table)
