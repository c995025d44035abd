"""Invoices, and payments that are made for one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0035_invoice"
down_revision = "0034_archive"
branch_labels = None
depends_on = None

CHANGES = ("status", "paid_kop", "overdue_at", "canceled_at", "canceled_by", "cancel_reason")
"""Columns that the application may change. What stands on an invoice it may not."""


def upgrade() -> None:
    _create_invoice()
    separate_companies("invoice", grants=f"SELECT, INSERT, UPDATE ({', '.join(CHANGES)})")
    add_clock("invoice", "invoice", "overdue_at")
    op.add_column("payment", sa.Column("invoice_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_payment__company_id_invoice_id"),
        "payment",
        "invoice",
        ["company_id", "invoice_id"],
        ["company_id", "id"],
    )
    op.create_index(
        "ix_payment__invoice",
        "payment",
        ["company_id", "invoice_id"],
        postgresql_where=sa.text("invoice_id IS NOT NULL"),
    )


def _create_invoice() -> None:
    op.create_table(
        "invoice",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="issued", nullable=False),
        sa.Column("total_kop", sa.BigInteger(), nullable=False),
        sa.Column("paid_kop", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("beyond_kop", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=False),
        sa.Column("overdue_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("canceled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("canceled_by", sa.Uuid(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('whole','advance','rest')", name=op.f("ck_invoice__kind")),
        sa.CheckConstraint(
            "status IN ('issued','partly_paid','paid','overdue','canceled')", name=op.f("ck_invoice__status")
        ),
        sa.CheckConstraint(
            "total_kop > 0 AND paid_kop BETWEEN 0 AND total_kop", name=op.f("ck_invoice__sums")
        ),
        sa.CheckConstraint(
            "(status = 'canceled') = (canceled_at IS NOT NULL)"
            " AND (status = 'canceled') = (cancel_reason IS NOT NULL)",
            name=op.f("ck_invoice__canceled"),
        ),
        sa.CheckConstraint("status <> 'paid' OR paid_kop = total_kop", name=op.f("ck_invoice__paid")),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["client_order.company_id", "client_order.id"],
            name=op.f("fk_invoice__company_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_invoice__company_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_invoice__company_id_number")),
    )
    waiting = sa.text("overdue_at IS NOT NULL")
    op.create_index("ix_invoice__order", "invoice", ["company_id", "order_id"])
    op.create_index("ix_invoice__client", "invoice", ["company_id", "client_id"])
    op.create_index("ix_invoice__overdue", "invoice", ["company_id", "overdue_at"], postgresql_where=waiting)
    op.create_index("ix_invoice__due", "invoice", ["overdue_at", "company_id"], postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("ix_payment__invoice", table_name="payment")
    op.drop_column("payment", "invoice_id")
    remove_clock("invoice", "invoice", "overdue_at")
    op.drop_table("invoice")
