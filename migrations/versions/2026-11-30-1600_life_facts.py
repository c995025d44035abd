"""What happened to clients, kept for ever, and the rules by which their statuses and needs follow from it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies
from migrations.moves import create_refuse_change, guard_append_only, remove_refuse_change

revision = "0073_life_facts"
down_revision = "0072_shortest_stop"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = (
    "client_known",
    "contact_usable",
    "contact_lost",
    "request_received",
    "permission_given",
    "permission_withdrawn",
    "order_opened",
    "order_closed",
    "order_canceled",
    "act_signed",
    "act_refused",
    "payment_taken",
    "refund_paid",
    "passport_issued",
    "date_named",
    "date_entered",
    "interest_noted",
    "referral_paid",
    "disappointment_noted",
    "disappointment_recovered",
    "win_back_failed",
    "interest_in_client_set",
    "stop_listed",
    "stop_lifted",
)


def upgrade() -> None:
    create_refuse_change()
    _rules()
    _facts()


def _rules() -> None:
    op.create_table(
        "life_rules",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", MOMENT, nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_life_rules__version")),
        sa.PrimaryKeyConstraint("company_id", "version", name=op.f("pk_life_rules")),
    )
    separate_companies("life_rules", grants="SELECT, INSERT")
    guard_append_only("life_rules")


def _facts() -> None:
    op.create_table(
        "life_fact",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), server_default="", nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("worker_id", sa.Uuid(), nullable=True),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("amount_kop", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("is_history", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("recorded_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"kind IN ({','.join(map(repr, KINDS))})", name=op.f("ck_life_fact__kind")),
        sa.CheckConstraint(
            "kind NOT IN ('date_named','date_entered') OR on_day IS NOT NULL",
            name=op.f("ck_life_fact__date_has_day"),
        ),
        sa.CheckConstraint("amount_kop >= 0", name=op.f("ck_life_fact__amount")),
        sa.ForeignKeyConstraint(
            ["company_id", "client_id"],
            ["client.company_id", "client.id"],
            name=op.f("fk_life_fact__company_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "kind", "source_id", "part", name=op.f("pk_life_fact")),
    )
    op.create_index("ix_life_fact__client", "life_fact", ["company_id", "client_id", "at"])
    op.create_index("ix_life_fact__kind", "life_fact", ["company_id", "kind", "at"])
    separate_companies("life_fact", grants="SELECT, INSERT")
    guard_append_only("life_fact")


def downgrade() -> None:
    op.drop_table("life_fact")
    op.drop_table("life_rules")
    remove_refuse_change()
