"""The ledger of an order: what the client owes is a sum of rows that nobody changes.

Money for the goods no longer pays for the work. Where the client has signed an act that deducts his prepayment,
it stays deducted: there all money pays for everything.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company, separate_companies

revision = "0014_ledger_entry"
down_revision = "0013_site_timezone"
branch_labels = None
depends_on = None

KEY = ["company_id", "id"]
SOURCES = ("payment", "act", "job", "ledger_entry")


def upgrade() -> None:
    op.add_column("payment", sa.Column("pays_for", sa.Text(), server_default="all", nullable=False))
    op.create_check_constraint("pays_for", "payment", "pays_for IN ('goods','work','all')")
    _create_ledger()
    connection = op.get_bind()
    with rows_of_every_company(*SOURCES):
        for (company,) in connection.execute(
            sa.text("SELECT company_id FROM payment UNION SELECT company_id FROM act ORDER BY 1")
        ).all():
            for statement in (TIE_PREPAYMENTS, ENTER_PAYMENTS, ENTER_REFUNDS, ENTER_ACTS):
                connection.execute(sa.text(statement), {"company": company})


def _create_ledger() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("amount_kop", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('contract','superseded','act','canceled','payment','refund')",
            name=op.f("ck_ledger_entry__kind"),
        ),
        sa.CheckConstraint("part IN ('goods','work','all')", name=op.f("ck_ledger_entry__part")),
        sa.CheckConstraint(
            "part <> 'all' OR kind IN ('payment','refund')",
            name=op.f("ck_ledger_entry__charged_for_something"),
        ),
        sa.CheckConstraint("amount_kop <> 0", name=op.f("ck_ledger_entry__amount")),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["client_order.company_id", "client_order.id"],
            name=op.f("fk_ledger_entry__company_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint(
            "company_id",
            "kind",
            "source_id",
            "part",
            name=op.f("uq_ledger_entry__company_id_kind_source_id_part"),
        ),
    )
    op.create_index("ix_ledger_entry__order", "ledger_entry", ["company_id", "order_id"])
    separate_companies("ledger_entry", grants="SELECT, INSERT")


TIE_PREPAYMENTS = """
    UPDATE payment SET pays_for = 'goods' FROM job
     WHERE payment.company_id = :company AND payment.kind = 'prepayment'
       AND job.company_id = payment.company_id AND job.id = payment.job_id
       AND job.kind NOT IN ('service', 'claim')
       AND NOT EXISTS (
           SELECT FROM act WHERE act.company_id = payment.company_id AND act.order_id = payment.order_id
              AND act.status = 'signed' AND (act.content ->> 'prepaid_kop')::bigint > 0)
"""

ENTRY = """
    INSERT INTO ledger_entry
           (company_id, id, order_id, kind, part, amount_kop, source_id, happened_at, done_by)
"""

ENTER_PAYMENTS = f"""{ENTRY}
    SELECT company_id, id, order_id, 'payment', pays_for, -amount_kop, id, taken_at, taken_by
      FROM payment WHERE company_id = :company AND kind <> 'refund'
"""

ENTER_REFUNDS = f"""{ENTRY}
    WITH untied AS (
        SELECT order_id, sum(amount_kop) AS kop FROM payment
         WHERE company_id = :company AND kind <> 'refund' AND pays_for = 'all' GROUP BY order_id
    ), given_back AS (
        SELECT payment.*, COALESCE(sum(amount_kop) OVER (
                   PARTITION BY order_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
               ), 0) AS before_kop
          FROM payment WHERE company_id = :company AND kind = 'refund'
    ), split AS (
        SELECT given_back.*,
               LEAST(amount_kop, GREATEST(COALESCE(untied.kop, 0) - before_kop, 0))::bigint AS from_all_kop
          FROM given_back LEFT JOIN untied USING (order_id)
    )
    SELECT company_id, gen_random_uuid(), order_id, 'refund', part, kop, id, taken_at, taken_by
      FROM split, LATERAL (VALUES ('all', from_all_kop), ('goods', amount_kop - from_all_kop)) AS of_part (part, kop)
     WHERE kop <> 0
"""
"""Money for everything goes back before money for the goods."""

ENTER_ACTS = f"""{ENTRY}
    SELECT company_id, id, order_id, 'act', 'work', total_kop, id, signed_at,
           (signature ->> 'witness_id')::uuid
      FROM act WHERE company_id = :company AND status = 'signed' AND total_kop <> 0
"""


def downgrade() -> None:
    op.drop_table("ledger_entry")
    op.drop_column("payment", "pays_for")
