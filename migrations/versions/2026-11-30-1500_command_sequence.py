"""Phones send what they have kept in batches: their sequence, their clock, and the commands that wait."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company, separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0054_command_sequence"
down_revision = "0053_conflict_chosen"
branch_labels = None
depends_on = None

LEDGER = "field_command"
BEFORE = """
    INSERT INTO command_device (company_id, device_id, user_id, next_seq)
    SELECT DISTINCT ON (company_id, device_id) company_id, device_id, user_id, device_seq + 1
      FROM field_command WHERE device_id IS NOT NULL AND device_seq IS NOT NULL AND device_seq < 2147483647
     ORDER BY company_id, device_id, device_seq DESC
"""
"""Numbers that phones have used so far are behind them."""


def upgrade() -> None:
    op.create_table(
        "command_device",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("next_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("clock_offset", sa.Interval(), nullable=True),
        sa.Column("clock_offset_before", sa.Interval(), nullable=True),
        sa.Column("clock_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("company_id", "device_id", name=op.f("pk_command_device")),
    )
    op.create_table(
        "command_gap",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("from_seq", sa.Integer(), nullable=False),
        sa.Column("until_seq", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_seq < until_seq", name=op.f("ck_command_gap__seqs")),
        sa.PrimaryKeyConstraint(
            "company_id", "device_id", "from_seq", "until_seq", name=op.f("pk_command_gap")
        ),
    )
    with rows_of_every_company(LEDGER):
        op.execute(BEFORE)
    separate_companies("command_device")
    separate_companies("command_gap", grants="SELECT, INSERT")
    op.add_column(LEDGER, sa.Column("signal_at", sa.DateTime(timezone=True), nullable=True))
    is_signaled = sa.text("signal_at IS NOT NULL")
    op.create_index(
        "ix_field_command__signal", LEDGER, ["company_id", "signal_at"], postgresql_where=is_signaled
    )
    op.create_index(
        "ix_field_command__due", LEDGER, ["signal_at", "company_id"], postgresql_where=is_signaled
    )
    op.create_index(
        "ix_field_command__waiting",
        LEDGER,
        ["company_id", "device_id", "device_seq"],
        postgresql_where=sa.text("verdict = 'waiting'"),
    )
    add_clock("waiting_command", LEDGER, "signal_at")


def downgrade() -> None:
    remove_clock("waiting_command", LEDGER, "signal_at")
    op.drop_index("ix_field_command__waiting", table_name=LEDGER)
    op.drop_index("ix_field_command__due", table_name=LEDGER)
    op.drop_index("ix_field_command__signal", table_name=LEDGER)
    op.drop_column(LEDGER, "signal_at")
    op.drop_table("command_gap")
    op.drop_table("command_device")
