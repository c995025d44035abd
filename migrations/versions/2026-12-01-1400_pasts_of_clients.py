"""What reports of return know of clients, kept as rows that follow from facts. The background process fills them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import rows_of_every_company, separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0098_pasts_of_clients"
down_revision = "0097_contact_checks"
branch_labels = None
depends_on = None

ALL = "SELECT, INSERT, UPDATE, DELETE"
IDS = postgresql.ARRAY(sa.Uuid())


def upgrade() -> None:
    _clock()
    _purchases()
    _needs()
    with rows_of_every_company("client_life", "client_past"):
        op.execute(
            "INSERT INTO client_past (company_id, client_id, look_at) SELECT company_id, client_id, now() FROM client_life"
        )


def _clock() -> None:
    op.create_table(
        "client_past",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        *_keys("client_past", "client_id"),
    )
    waiting = sa.text("look_at IS NOT NULL")
    op.create_index(
        "ix_client_past__look", "client_past", ["company_id", "look_at"], postgresql_where=waiting
    )
    op.create_index(
        "ix_client_past__look_due", "client_past", ["look_at", "company_id"], postgresql_where=waiting
    )
    separate_companies("client_past")
    add_clock("client_past", "client_past", "look_at")


def _purchases() -> None:
    op.create_table(
        "client_purchase",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("workers", IDS, nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sites", IDS, nullable=False),
        sa.Column("visits", IDS, nullable=False),
        sa.Column("total_kop", sa.BigInteger(), nullable=False),
        *_keys("client_purchase", "client_id", "number"),
    )
    op.create_index("ix_client_purchase__on", "client_purchase", ["company_id", "on_day", "client_id"])
    separate_companies("client_purchase", grants=ALL)


def _needs() -> None:
    op.create_table(
        "expected_need",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Date(), nullable=False)
            for name in ("anchor_on", "due_on", "early_on", "late_on")
        ),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("renewed_on", sa.Date(), nullable=True),
        *_keys("expected_need", "client_id", "number"),
    )
    op.create_index("ix_expected_need__due", "expected_need", ["company_id", "due_on", "client_id"])
    separate_companies("expected_need", grants=ALL)


def _keys(table: str, *columns: str) -> tuple[sa.Constraint, sa.Constraint]:
    return (
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f(f"fk_{table}__company_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", *columns, name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    op.drop_table("expected_need")
    op.drop_table("client_purchase")
    remove_clock("client_past", "client_past", "look_at")
    op.drop_table("client_past")
