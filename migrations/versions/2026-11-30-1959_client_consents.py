"""Consents of clients, stops that outlive a card, wishes; and cards that are merged into others."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.moves import guard_set_once

revision = "0074_client_consents"
down_revision = "0073_life_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _texts()
    _settings()
    _merges()
    _ledger()
    _wishes()


def _texts() -> None:
    op.create_table(
        "client_consent_text",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_ru", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('marketing','feedback','mass_call','personal_data')",
            name=op.f("ck_client_consent_text__purpose"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_client_consent_text")),
        sa.UniqueConstraint(
            "company_id",
            "purpose",
            "version",
            name=op.f("uq_client_consent_text__company_id_purpose_version"),
        ),
    )
    separate_companies("client_consent_text", grants="SELECT, INSERT")


def _settings() -> None:
    op.create_table(
        "client_settings",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("stop_covers_feedback", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("feedback_needs_consent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("check_after_months", sa.Integer(), server_default="12", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "check_after_months BETWEEN 0 AND 120", name=op.f("ck_client_settings__check_after_months")
        ),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_client_settings")),
    )
    separate_companies("client_settings")


def _merges() -> None:
    op.create_table(
        "client_merge",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.Column("undo_conflicts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "merged_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_client_merge__company_id_merged_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "survivor_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_client_merge__company_id_survivor_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_client_merge")),
    )
    op.create_index("ix_client_merge__survivor", "client_merge", ["company_id", "survivor_id"], unique=False)
    op.create_index(
        "uq_client_merge__merged",
        "client_merge",
        ["company_id", "merged_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "not_duplicate",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("first_id <= second_id", name=op.f("ck_not_duplicate__order")),
        sa.ForeignKeyConstraint(
            ["company_id", "first_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_not_duplicate__company_id_first_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "second_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_not_duplicate__company_id_second_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_not_duplicate")),
    )
    op.create_index(
        "uq_not_duplicate__pair", "not_duplicate", ["company_id", "first_id", "second_id"], unique=True
    )
    op.add_column("client", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_client__merged_into",
        "client",
        ["company_id", "merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_client__company_id_merged_into"),
        "client",
        "client",
        ["company_id", "merged_into"],
        ["company_id", "id"],
    )
    op.create_check_constraint(op.f("ck_client__merged_into"), "client", "merged_into <> id")
    separate_companies("client_merge")
    guard_set_once("client_merge", ["undone_at", "undone_by", "undo_reason"])
    separate_companies("not_duplicate", grants="SELECT, INSERT, DELETE")


def _ledger() -> None:
    op.create_table(
        "suppression",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "how IN ('form','spoken','sms','paper','link','contact_removed','merged','suppressed')",
            name=op.f("ck_suppression__how"),
        ),
        sa.CheckConstraint(
            "purpose IN ('marketing','feedback','mass_call','personal_data')",
            name=op.f("ck_suppression__purpose"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_suppression")),
    )
    op.create_index("ix_suppression__digest", "suppression", ["company_id", "digest"], unique=False)
    op.create_table(
        "client_consent",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("contact_kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("text_id", sa.Uuid(), nullable=True),
        sa.Column("came_from", sa.Text(), server_default="", nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("merge_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("contact_kind IN ('phone','email')", name=op.f("ck_client_consent__contact_kind")),
        sa.CheckConstraint(
            "decision = 'withdrawn' OR text_id IS NOT NULL", name=op.f("ck_client_consent__text")
        ),
        sa.CheckConstraint("decision IN ('granted','withdrawn')", name=op.f("ck_client_consent__decision")),
        sa.CheckConstraint(
            "how IN ('form','spoken','sms','paper','link','contact_removed','merged','suppressed')",
            name=op.f("ck_client_consent__how"),
        ),
        sa.CheckConstraint(
            "purpose IN ('marketing','feedback','mass_call','personal_data')",
            name=op.f("ck_client_consent__purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_client_consent__company_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "merge_id"],
            ["client_merge.company_id", "client_merge.id"],
            name=op.f("fk_client_consent__company_id_merge_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "text_id"],
            ["client_consent_text.company_id", "client_consent_text.id"],
            name=op.f("fk_client_consent__company_id_text_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_client_consent")),
    )
    op.create_index(
        "ix_client_consent__client", "client_consent", ["company_id", "client_id", "value"], unique=False
    )
    separate_companies("suppression", grants="SELECT, INSERT")
    separate_companies("client_consent", grants="SELECT, INSERT")


def _wishes() -> None:
    op.create_table(
        "client_preference",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("channels_off", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("themes_off", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("per_month", sa.Integer(), nullable=True),
        sa.Column("not_before", sa.Date(), nullable=True),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("per_month BETWEEN 0 AND 31", name=op.f("ck_client_preference__per_month")),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_client_preference__company_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "client_id", name=op.f("pk_client_preference")),
    )
    separate_companies("client_preference")


def downgrade() -> None:
    op.drop_column("client", "merged_into")
    for table in (
        "client_consent",
        "not_duplicate",
        "client_preference",
        "client_merge",
        "suppression",
        "client_settings",
        "client_consent_text",
    ):
        op.drop_table(table)
