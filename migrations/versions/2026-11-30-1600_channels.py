"""Messages by several channels, with texts, hours, caps and batches of the company's own."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.moves import guard_moves

revision = "0070_channels"
down_revision = "0069_waiting_phones"
branch_labels = None
depends_on = None

MESSAGE_MOVES = {
    "queued": ("sending", "suppressed", "expired", "sent", "failed", "delivered"),
    "sending": ("queued", "sent", "failed", "unknown", "delivered"),
    "unknown": ("sent", "failed", "delivered"),
    "sent": ("queued", "failed", "unknown", "delivered"),
    "failed": ("delivered",),
    "suppressed": ("delivered",),
    "expired": ("delivered",),
}
MOVES_BEFORE = {**MESSAGE_MOVES, "sent": ("failed", "unknown", "delivered")}
BATCH_MOVES = {
    "draft": ("released", "canceled"),
    "released": ("paused", "canceled"),
    "paused": ("released", "canceled"),
}
CLASSES = "legal_class IN ('service','feedback','marketing')"
JSON = postgresql.JSONB(astext_type=sa.Text())


def _new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("channel", sa.Text(), server_default="sms", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("params", JSON, nullable=True),
        sa.Column("template_version_id", sa.Uuid(), nullable=True),
        sa.Column("legal_class", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("rungs", JSON, nullable=True),
        sa.Column("rung", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rung_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries_before", sa.Integer(), server_default="0", nullable=False),
        sa.Column("let_at", sa.DateTime(timezone=True), nullable=True),
    ]


def upgrade() -> None:
    _create_templates()
    _create_settings()
    _create_batches()
    _create_health()
    for column in _new_columns():
        op.add_column("message", column)
    op.add_column("message_attempt", sa.Column("body", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_message__channel"), "message", "channel IN ('sms','email')")
    for column, table in (("batch_id", "message_batch"), ("template_version_id", "template_version")):
        op.create_foreign_key(
            op.f(f"fk_message__company_id_{column}"),
            "message",
            table,
            ["company_id", column],
            ["company_id", "id"],
        )
    op.create_index(
        "ix_message__let",
        "message",
        ["company_id", "recipient_id", "let_at"],
        postgresql_where=sa.text("let_at IS NOT NULL"),
    )
    op.create_index(
        "ix_message__batch",
        "message",
        ["company_id", "batch_id"],
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    guard_moves("message", MESSAGE_MOVES)


def _id_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
    ]


def _created_at() -> sa.Column[Any]:
    return sa.Column(
        "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _row_version() -> sa.Column[Any]:
    return sa.Column("row_version", sa.Integer(), server_default="1", nullable=False)


def _create_templates() -> None:
    op.create_table(
        "message_template",
        *_id_columns(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("legal_class", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("draft", JSON, nullable=False),
        sa.Column("published_number", sa.Integer(), nullable=True),
        _created_at(),
        _row_version(),
        sa.CheckConstraint(CLASSES, name=op.f("ck_message_template__legal_class")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_message_template")),
        sa.UniqueConstraint("company_id", "kind", name=op.f("uq_message_template__company_id_kind")),
    )
    separate_companies("message_template")
    op.create_table(
        "template_version",
        *_id_columns(),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("legal_class", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        _created_at(),
        sa.CheckConstraint(CLASSES, name=op.f("ck_template_version__legal_class")),
        sa.ForeignKeyConstraint(
            ["company_id", "template_id"],
            ["message_template.company_id", "message_template.id"],
            name=op.f("fk_template_version__company_id_template_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_template_version")),
        sa.UniqueConstraint(
            "company_id",
            "template_id",
            "number",
            name=op.f("uq_template_version__company_id_template_id_number"),
        ),
    )
    separate_companies("template_version", grants="SELECT, INSERT")


def _create_settings() -> None:
    op.create_table(
        "message_settings",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("segment_price_kop", sa.Integer(), nullable=True),
        sa.Column("rules", JSON, nullable=True),
        _row_version(),
        sa.CheckConstraint("segment_price_kop >= 0", name=op.f("ck_message_settings__price")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_message_settings")),
    )
    separate_companies("message_settings")


def _create_batches() -> None:
    op.create_table(
        "message_batch",
        *_id_columns(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        _created_at(),
        _row_version(),
        sa.CheckConstraint(
            "status IN ('draft','released','paused','canceled')", name=op.f("ck_message_batch__status")
        ),
        sa.CheckConstraint(
            "status NOT IN ('released','paused') OR (released_by IS NOT NULL AND released_at IS NOT NULL)",
            name=op.f("ck_message_batch__released_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_message_batch")),
    )
    separate_companies("message_batch")
    guard_moves("message_batch", BATCH_MOVES)


def _create_health() -> None:
    op.create_table(
        "provider_health",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("recent", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lowered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "provider", name=op.f("pk_provider_health")),
    )
    separate_companies("provider_health")


def downgrade() -> None:
    guard_moves("message", MOVES_BEFORE)
    op.drop_column("message_attempt", "body")
    for column in reversed(_new_columns()):
        op.drop_column("message", column.name)
    op.drop_table("provider_health")
    op.drop_table("message_batch")
    op.drop_table("message_settings")
    op.drop_table("template_version")
    op.drop_table("message_template")
