"""What disappointed clients, and what they answered when they were asked about the quality."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies

revision = "0081_disappointments"
down_revision = "0080_interactions"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = (
    "late_arrival",
    "no_show",
    "act_refused",
    "canceled_after_prepayment",
    "partial_refund",
    "full_refund",
    "repeated_rework",
    "said_so",
    "complaint",
    "quality_answer",
)
SETTLED = "recovered_at, recovered_by, recovery"


def upgrade() -> None:
    _disappointments()
    _answers()


def _disappointments() -> None:
    ids = ("site_id", "order_id", "job_id", "visit_id", "worker_id")
    op.create_table(
        "disappointment",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in ids),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("evidence", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=True),
        sa.Column("recovered_at", MOMENT, nullable=True),
        sa.Column("recovered_by", sa.Uuid(), nullable=True),
        sa.Column("recovery", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"kind IN ({','.join(map(repr, KINDS))})", name=op.f("ck_disappointment__kind")),
        sa.CheckConstraint("severity BETWEEN 1 AND 3", name=op.f("ck_disappointment__severity")),
        sa.CheckConstraint(
            "(recovered_at IS NULL) = (recovery IS NULL) AND (recovered_at IS NULL) = (recovered_by IS NULL)",
            name=op.f("ck_disappointment__recovered"),
        ),
        _key("disappointment", "client"),
        _key("disappointment", "worker"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_disappointment")),
        sa.UniqueConstraint(
            "company_id", "kind", "source_id", name=op.f("uq_disappointment__company_id_kind_source_id")
        ),
    )
    op.create_index("ix_disappointment__client", "disappointment", ["company_id", "client_id", "at"])
    op.create_index(
        "ix_disappointment__worker",
        "disappointment",
        ["company_id", "worker_id", "at"],
        postgresql_where=sa.text("worker_id IS NOT NULL"),
    )
    separate_companies("disappointment", grants="SELECT, INSERT")
    op.execute(f"GRANT UPDATE ({SETTLED}) ON disappointment TO brigada_app")


def _answers() -> None:
    op.create_table(
        "quality_answer",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("answer IN ('yes','partly','no')", name=op.f("ck_quality_answer__answer")),
        _key("quality_answer", "client"),
        _key("quality_answer", "visit"),
        _key("quality_answer", "worker"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_quality_answer")),
    )
    op.create_index("ix_quality_answer__client", "quality_answer", ["company_id", "client_id", "id"])
    op.create_index("ix_quality_answer__visit", "quality_answer", ["company_id", "visit_id"])
    separate_companies("quality_answer", grants="SELECT, INSERT")


def _key(table: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", f"{other}_id"],
        [f"{other}.company_id", f"{other}.id"],
        name=op.f(f"fk_{table}__company_id_{other}_id"),
    )


def downgrade() -> None:
    op.drop_table("quality_answer")
    op.drop_table("disappointment")
