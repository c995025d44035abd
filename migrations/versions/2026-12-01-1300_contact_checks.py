"""Contacts are confirmed from time to time, by somebody, and each check is kept."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company, separate_companies

revision = "0097_contact_checks"
down_revision = "0096_first_statuses"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "client_contact", sa.Column("confirmed_at", MOMENT, server_default=sa.text("now()"), nullable=False)
    )
    with rows_of_every_company("client_contact"):
        op.execute("UPDATE client_contact SET confirmed_at = created_at")
    op.create_index("ix_client_contact__confirmed", "client_contact", ["company_id", "confirmed_at", "id"])
    op.create_table(
        "contact_check",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("contact_kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_by", sa.Uuid(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("contact_kind IN ('phone','email')", name=op.f("ck_contact_check__contact_kind")),
        sa.CheckConstraint("outcome IN ('confirmed','wrong')", name=op.f("ck_contact_check__outcome")),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_contact_check__company_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_contact_check")),
    )
    op.create_index("ix_contact_check__client", "contact_check", ["company_id", "client_id", "id"])
    separate_companies("contact_check", grants="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("contact_check")
    op.drop_index("ix_client_contact__confirmed", "client_contact")
    op.drop_column("client_contact", "confirmed_at")
