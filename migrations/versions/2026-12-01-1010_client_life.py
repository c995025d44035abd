"""How clients stand, by which steps they came there, and what they will need next: all of it follows from facts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock
from migrations.moves import guard_append_only

revision = "0076_client_life"
down_revision = "0075_confirmation"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATUSES = "status IN ('target','lead','newcomer','fan','dormant','returnee')"


def upgrade() -> None:
    _lives()
    _steps()
    _tracks()


def _of_client(table: str) -> list[sa.Column[object]]:
    return [
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f(f"fk_{table}__company_id_client_id"),
        )
    ]


def _lives() -> None:
    op.create_table(
        "client_life",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_source", sa.Text(), nullable=True),
        sa.Column("purchases", sa.Integer(), server_default="0", nullable=False),
        sa.Column("receipts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total_kop", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("first_purchase_at", MOMENT, nullable=True),
        sa.Column("last_purchase_at", MOMENT, nullable=True),
        sa.Column("active_at", MOMENT, nullable=True),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.CheckConstraint(STATUSES, name=op.f("ck_client_life__status")),
        *_of_client("client_life"),
        sa.PrimaryKeyConstraint("company_id", "client_id", name=op.f("pk_client_life")),
    )
    op.create_index("ix_client_life__status", "client_life", ["company_id", "status", "client_id"])
    waiting = sa.text("look_at IS NOT NULL")
    op.create_index("ix_client_life__due", "client_life", ["company_id", "look_at"], postgresql_where=waiting)
    op.create_index(
        "ix_client_life__look_at", "client_life", ["look_at", "company_id"], postgresql_where=waiting
    )
    separate_companies("client_life")
    add_clock("client_status", "client_life", "look_at")


def _steps() -> None:
    op.create_table(
        "status_step",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("was", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("withdraws", sa.Uuid(), nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(STATUSES, name=op.f("ck_status_step__status")),
        *_of_client("status_step"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_status_step")),
    )
    op.create_index("ix_status_step__client", "status_step", ["company_id", "client_id", "at"])
    op.create_index("ix_status_step__at", "status_step", ["company_id", "at"])
    op.create_index(
        "uq_status_step__withdraws",
        "status_step",
        ["company_id", "withdraws"],
        unique=True,
        postgresql_where=sa.text("withdraws IS NOT NULL"),
    )
    separate_companies("status_step", grants="SELECT, INSERT")
    guard_append_only("status_step")


def _tracks() -> None:
    op.create_table(
        "need_track",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "due_source IN ('client','specialist','rhythm','passport','cycle')",
            name=op.f("ck_need_track__due_source"),
        ),
        *_of_client("need_track"),
        sa.PrimaryKeyConstraint("company_id", "client_id", "site_id", "category", name=op.f("pk_need_track")),
    )
    op.create_index("ix_need_track__due", "need_track", ["company_id", "due_on", "category"])
    separate_companies("need_track", grants="SELECT, INSERT, UPDATE, DELETE")


def downgrade() -> None:
    remove_clock("client_status", "client_life", "look_at")
    for table in ("need_track", "status_step", "client_life"):
        op.drop_table(table)
