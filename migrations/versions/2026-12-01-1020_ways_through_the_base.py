"""Ways through the base in the background: what other rules would change, and what happened before there were facts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import rows_of_every_company, separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0077_ways_through_the_base"
down_revision = "0076_client_life"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    _passes()
    _dry_runs()


def _passes() -> None:
    op.create_table(
        "base_pass",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("clients", sa.Integer(), server_default="0", nullable=False),
        sa.Column("go_on_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('gather','judge')", name=op.f("ck_base_pass__kind")),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_base_pass")),
    )
    waiting = sa.text("go_on_at IS NOT NULL")
    op.create_index("ix_base_pass__due", "base_pass", ["company_id", "go_on_at"], postgresql_where=waiting)
    op.create_index(
        "ix_base_pass__go_on_at", "base_pass", ["go_on_at", "company_id"], postgresql_where=waiting
    )
    separate_companies("base_pass")
    add_clock("base_pass", "base_pass", "go_on_at")
    with rows_of_every_company("company", "base_pass"):
        op.execute(
            "INSERT INTO base_pass (company_id, id, kind, go_on_at)"
            " SELECT id, gen_random_uuid(), 'gather', now() FROM company"
        )


def _dry_runs() -> None:
    op.create_table(
        "rules_dry_run",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("clients", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changes", JSON, server_default="[]", nullable=False),
        sa.Column("go_on_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_rules_dry_run")),
    )
    waiting = sa.text("go_on_at IS NOT NULL")
    op.create_index(
        "ix_rules_dry_run__due", "rules_dry_run", ["company_id", "go_on_at"], postgresql_where=waiting
    )
    op.create_index(
        "ix_rules_dry_run__go_on_at", "rules_dry_run", ["go_on_at", "company_id"], postgresql_where=waiting
    )
    separate_companies("rules_dry_run")
    add_clock("rules_dry_run", "rules_dry_run", "go_on_at")


def downgrade() -> None:
    remove_clock("rules_dry_run", "rules_dry_run", "go_on_at")
    op.drop_table("rules_dry_run")
    remove_clock("base_pass", "base_pass", "go_on_at")
    op.drop_table("base_pass")
