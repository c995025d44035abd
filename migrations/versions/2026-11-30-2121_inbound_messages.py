"""Texts that clients write to the company, and the links by which they end messages."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import create_look_across, let_due_see, separate_companies

revision = "0078_inbound_messages"
down_revision = "0077_ways_through_the_base"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _texts()
    _links()
    op.create_index(
        "ix_message__phone",
        "message",
        ["company_id", "phone", "sent_at"],
        postgresql_where=sa.text("sent_at IS NOT NULL"),
    )


def _texts() -> None:
    op.create_table(
        "inbound_message",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.Column("client_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("about_message_id", sa.Uuid(), nullable=True),
        sa.Column("external_id", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("meaning IN ('stop','answer')", name=op.f("ck_inbound_message__meaning")),
        sa.ForeignKeyConstraint(
            ["company_id", "about_message_id"],
            ["message.company_id", "message.id"],
            name=op.f("fk_inbound_message__company_id_about_message_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_inbound_message")),
    )
    op.create_index("ix_inbound_message__value", "inbound_message", ["company_id", "value", "id"])
    op.create_index(
        "uq_inbound_message__external",
        "inbound_message",
        ["company_id", "channel", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id <> ''"),
    )
    separate_companies("inbound_message", grants="SELECT, INSERT")


def _links() -> None:
    op.create_table(
        "stop_link",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("contact_kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("contact_kind IN ('phone','email')", name=op.f("ck_stop_link__contact_kind")),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_stop_link__company_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_stop_link")),
    )
    op.create_index("ix_stop_link__code", "stop_link", ["code"])
    op.create_index("uq_stop_link__contact", "stop_link", ["company_id", "client_id", "value"], unique=True)
    separate_companies("stop_link", grants="SELECT, INSERT")
    let_due_see("stop_link", ["company_id", "code"])
    create_look_across(
        "find_company_of_stop_link(wanted text)",
        "uuid",
        "SELECT company_id FROM stop_link WHERE code = wanted LIMIT 1",
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION find_company_of_stop_link(text)")
    op.drop_index("ix_message__phone", table_name="message")
    op.drop_table("stop_link")
    op.drop_table("inbound_message")
