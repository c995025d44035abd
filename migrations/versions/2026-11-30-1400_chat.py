"""The chat of a job: messages, their photos, and how far each person has read."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies

revision = "0043_chat"
down_revision = "0042_forms"
branch_labels = None
depends_on = None

FOLDED = r"""
    btrim(regexp_replace(regexp_replace(
        lower(normalize(translate(text, '''’‘ʼʹ′`´', ''), NFKD)),
        '[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]', '', 'g'),
        '[\u0009-\u000d\u0020-\u0022\u0028\u0029\u002c-\u002f\u003a\u003b\u003f\u005b-\u005d\u0085\u00a0\u00ab\u00bb\u1680\u2010-\u2015\u2018-\u201f\u2028\u2029\u2039\u203a\u2212\u2e3a\u2e3b\u3000]+', ' ', 'g'))
"""


def upgrade() -> None:
    _create_messages()
    _create_photos()
    _create_reads()


def _create_messages() -> None:
    op.create_table(
        "chat_message",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("for_dispatcher", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("folded_text", sa.Text(), sa.Computed(FOLDED, persisted=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"],
            ["job.company_id", "job.id"],
            name=op.f("fk_chat_message__company_id_job_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "corrects_id"],
            ["chat_message.company_id", "chat_message.id"],
            name=op.f("fk_chat_message__company_id_corrects_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_chat_message")),
        sa.UniqueConstraint(
            "company_id", "job_id", "number", name=op.f("uq_chat_message__company_id_job_id_number")
        ),
    )
    op.create_index("ix_chat_message__said", "chat_message", ["company_id", "job_id", "said_at", "number"])
    op.create_index("ix_chat_message__received", "chat_message", ["company_id", "received_at"])
    op.create_index(
        "ix_chat_message__folded_text",
        "chat_message",
        ["company_id", "folded_text"],
        postgresql_using="gist",
        postgresql_ops={"folded_text": "gist_trgm_ops(siglen=128)"},
    )
    separate_companies("chat_message", grants="SELECT, INSERT")


def _create_photos() -> None:
    op.create_table(
        "chat_photo",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "message_id"],
            ["chat_message.company_id", "chat_message.id"],
            name=op.f("fk_chat_photo__company_id_message_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "attachment_id"],
            ["attachment.company_id", "attachment.id"],
            name=op.f("fk_chat_photo__company_id_attachment_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "message_id", "position", name=op.f("pk_chat_photo")),
        sa.UniqueConstraint(
            "company_id",
            "message_id",
            "attachment_id",
            name=op.f("uq_chat_photo__company_id_message_id_attachment_id"),
        ),
    )
    separate_companies("chat_photo", grants="SELECT, INSERT")


def _create_reads() -> None:
    op.create_table(
        "chat_read",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("read_number", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"],
            ["job.company_id", "job.id"],
            name=op.f("fk_chat_read__company_id_job_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "job_id", "user_id", name=op.f("pk_chat_read")),
    )
    separate_companies("chat_read")


def downgrade() -> None:
    op.drop_table("chat_read")
    op.drop_table("chat_photo")
    op.drop_table("chat_message")
