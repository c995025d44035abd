"""Who was at a visit: the record, whom an act is shown to, and rewards that are divided anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies

revision = "0019_presence"
down_revision = "0018_reward_quantity"
branch_labels = None
depends_on = None

ONE_ROW = "uq_reward__company_id_act_id_line_worker_id"
ONE_ROW_EACH_TIME = "uq_reward__company_id_act_id_line_worker_id_revision"


def upgrade() -> None:
    _create_presence()
    op.add_column("act", sa.Column("worker_ids", postgresql.ARRAY(sa.Uuid()), nullable=True))
    op.execute("GRANT UPDATE (worker_ids) ON act TO brigada_app")
    _let_rewards_be_recalculated()


def _create_presence() -> None:
    op.create_table(
        "visit_presence",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("intervals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("share > 0", name=op.f("ck_visit_presence__share")),
        sa.CheckConstraint("source IN ('arrival','field','office')", name=op.f("ck_visit_presence__source")),
        sa.ForeignKeyConstraint(
            ["company_id", "visit_id"],
            ["visit.company_id", "visit.id"],
            name=op.f("fk_visit_presence__company_id_visit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "worker_id"],
            ["worker.company_id", "worker.id"],
            name=op.f("fk_visit_presence__company_id_worker_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_visit_presence")),
        sa.UniqueConstraint(
            "company_id",
            "visit_id",
            "worker_id",
            "revision",
            name=op.f("uq_visit_presence__revision"),
        ),
    )
    separate_companies("visit_presence", grants="SELECT, INSERT")


def _let_rewards_be_recalculated() -> None:
    op.add_column("reward", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("reward", sa.Column("recalculation_of", sa.Uuid(), nullable=True))
    op.add_column("reward", sa.Column("was_kop", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("reward", sa.Column("reason", sa.Text(), nullable=True))
    op.create_unique_constraint(
        ONE_ROW_EACH_TIME, "reward", ["company_id", "act_id", "line", "worker_id", "revision"]
    )
    op.drop_constraint(ONE_ROW, "reward")
    op.drop_constraint(op.f("ck_reward__not_negative"), "reward")
    op.create_check_constraint(
        op.f("ck_reward__not_negative"), "reward", "was_kop >= 0 AND was_kop + amount_kop >= 0"
    )
    op.create_check_constraint(
        op.f("ck_reward__recalculation"), "reward", "revision = 0 OR recalculation_of IS NOT NULL"
    )
    op.create_foreign_key(
        op.f("fk_reward__company_id_recalculation_of"),
        "reward",
        "reward",
        ["company_id", "recalculation_of"],
        ["company_id", "id"],
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_reward__company_id_recalculation_of"), "reward")
    op.drop_constraint(op.f("ck_reward__recalculation"), "reward")
    op.execute("DELETE FROM reward WHERE revision > 0")
    op.drop_constraint(op.f("ck_reward__not_negative"), "reward")
    op.create_check_constraint(op.f("ck_reward__not_negative"), "reward", "amount_kop >= 0")
    op.create_unique_constraint(ONE_ROW, "reward", ["company_id", "act_id", "line", "worker_id"])
    op.drop_constraint(ONE_ROW_EACH_TIME, "reward")
    for column in ("reason", "was_kop", "recalculation_of", "revision"):
        op.drop_column("reward", column)
    op.drop_column("act", "worker_ids")
    op.drop_table("visit_presence")
