"""The first statuses of a base that was there before the product: what speaks against them, and who released it.

Every company's history is gone through once more in the background: facts that are known stay, and each client who was
taken over gets his row.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import rows_of_every_company, separate_companies

revision = "0096_first_statuses"
down_revision = "0095_plan_dry_runs"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "first_assignment",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)", name=op.f("ck_first_assignment__released")
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_first_assignment")),
    )
    op.create_index(
        "ix_first_assignment__open",
        "first_assignment",
        ["company_id", "id"],
        postgresql_where=sa.text("released_at IS NULL"),
    )
    separate_companies("first_assignment")
    _statuses()
    with rows_of_every_company("company", "base_pass"):
        op.execute(
            "INSERT INTO base_pass (company_id, id, kind, go_on_at)"
            " SELECT id, gen_random_uuid(), 'gather', now() FROM company"
        )


def _statuses() -> None:
    op.create_table(
        "first_status",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("doubts", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("weight", sa.Integer(), server_default="0", nullable=False),
        sa.Column("assigned_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_first_status__confirmed")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "assignment_id"],
            ["first_assignment.company_id", "first_assignment.id"],
            name=op.f("fk_first_status__company_id_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_first_status__company_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "client_id", name=op.f("pk_first_status")),
    )
    op.create_index(
        "ix_first_status__list", "first_status", ["company_id", "assignment_id", "weight", "client_id"]
    )
    separate_companies("first_status")


def downgrade() -> None:
    op.drop_table("first_status")
    op.drop_table("first_assignment")
