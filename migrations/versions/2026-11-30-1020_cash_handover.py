"""Cash that workers hand over to the office, counted per worker and day."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies

revision = "0017_cash_handover"
down_revision = "0016_bank_requisites"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cash_handover",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("expected_kop", sa.BigInteger(), nullable=False),
        sa.Column("counted_kop", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("received_by", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("counted_kop >= 0", name=op.f("ck_cash_handover__counted")),
        sa.CheckConstraint(
            "counted_kop = expected_kop OR reason <> ''",
            name=op.f("ck_cash_handover__difference_has_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_cash_handover__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_cash_handover")),
        sa.UniqueConstraint(
            "company_id",
            "worker_id",
            "taken_on",
            "turn",
            name=op.f("uq_cash_handover__company_id_worker_id_taken_on_turn"),
        ),
    )
    op.create_index("ix_cash_handover__day", "cash_handover", ["company_id", "taken_on"])
    op.create_table(
        "cash_handover_payment",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "payment_id"],
            ["payment.company_id", "payment.id"],
            name=op.f("fk_cash_handover_payment__company_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "handover_id"],
            ["cash_handover.company_id", "cash_handover.id"],
            name=op.f("fk_cash_handover_payment__company_id_handover_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "payment_id", name=op.f("pk_cash_handover_payment")),
    )
    op.create_index(
        "ix_cash_handover_payment__handover", "cash_handover_payment", ["company_id", "handover_id"]
    )
    op.create_index("ix_payment__taken_at", "payment", ["company_id", "taken_at"])
    for table in ("cash_handover", "cash_handover_payment"):
        separate_companies(table, grants="SELECT, INSERT")


def downgrade() -> None:
    op.drop_index("ix_payment__taken_at", table_name="payment")
    op.drop_table("cash_handover_payment")
    op.drop_table("cash_handover")
