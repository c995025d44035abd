"""Which kinds of counterparty a card is, and birthdays of which the year is not known."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0092_counterparties"
down_revision = "0091_track_facts_go"
branch_labels = None
depends_on = None

KINDS = {"is_buyer": sa.true(), "is_supplier": sa.false(), "is_consumer": sa.false()}


def upgrade() -> None:
    op.add_column("client", sa.Column("birthday", sa.Text(), nullable=True))
    for name, default in KINDS.items():
        op.add_column("client", sa.Column(name, sa.Boolean(), server_default=default, nullable=False))
    op.create_check_constraint(
        op.f("ck_client__counterparty"), "client", "is_buyer OR is_supplier OR is_consumer"
    )
    op.create_check_constraint(
        op.f("ck_client__birthday"), "client", "birthday ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'"
    )
    with rows_of_every_company("client"):
        op.execute("UPDATE client SET birthday = to_char(born_on, 'MM-DD') WHERE born_on IS NOT NULL")
    op.create_index(
        "ix_client__birthday",
        "client",
        ["company_id", "birthday"],
        postgresql_where=sa.text("birthday IS NOT NULL"),
    )
    op.create_index(
        "ix_client__supplier", "client", ["company_id", "id"], postgresql_where=sa.text("is_supplier")
    )


def downgrade() -> None:
    op.drop_index("ix_client__supplier", "client")
    op.drop_index("ix_client__birthday", "client")
    for name in (*KINDS, "birthday"):
        op.drop_column("client", name)
