"""Estimates: what an order costs, and what of it the client has agreed to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.company_rows import separate_companies

revision = "0021_estimate"
down_revision = "0020_contact_extension"
branch_labels = None
depends_on = None

MOVES = {
    "draft": ("agreed", "declined"),
    "agreed": ("superseded", "canceled"),
}
"""The same as `estimates.policies.MOVES`. A test compares them."""
SETTLED = (
    "company_id",
    "id",
    "order_id",
    "number",
    "revision",
    "measurement_id",
    "advance_pays_for",
    "includes_acts",
    "included_kop",
    "valid_until",
    "comment",
    "goods_kop",
    "work_kop",
    "discount_kop",
    "vat_kop",
    "total_kop",
    "drafted_by",
    "parties",
    "agreed_at",
    "agreed_by",
    "agreed_note",
    "declined_at",
    "decline_reason",
    "created_at",
)
"""Columns that nobody changes once an estimate is no draft any more."""


def upgrade() -> None:
    _create_estimate()
    separate_companies("estimate")
    _guard_estimate()
    _create_estimate_line()
    separate_companies("estimate_line", grants="SELECT, INSERT")


def _guard_estimate() -> None:
    """No script and no old process changes what a client has agreed to."""
    pairs = ", ".join(f"('{was}', '{to}')" for was, following in MOVES.items() for to in following)
    old, new = (", ".join(f"{row}.{column}" for column in SETTLED) for row in ("OLD", "NEW"))
    op.execute(
        f"""
        CREATE FUNCTION check_estimate() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
          IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN ({pairs}) THEN
            RAISE EXCEPTION 'estimate cannot go from % to %', OLD.status, NEW.status
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_estimate__move';
          END IF;
          IF OLD.status <> 'draft' AND ({old}) IS DISTINCT FROM ({new}) THEN
            RAISE EXCEPTION 'an estimate that is % does not change', OLD.status
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_estimate__settled';
          END IF;
          RETURN NEW;
        END $body$
        """
    )
    op.execute(
        "CREATE TRIGGER estimate_settled BEFORE UPDATE ON estimate FOR EACH ROW EXECUTE FUNCTION check_estimate()"
    )


def _create_estimate() -> None:
    op.create_table(
        "estimate",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), server_default="draft", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("measurement_id", sa.Uuid(), nullable=True),
        sa.Column("advance_pays_for", sa.Text(), server_default="goods", nullable=False),
        sa.Column("includes_acts", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("included_kop", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("goods_kop", sa.BigInteger(), nullable=False),
        sa.Column("work_kop", sa.BigInteger(), nullable=False),
        sa.Column("discount_kop", sa.BigInteger(), nullable=False),
        sa.Column("vat_kop", sa.BigInteger(), nullable=False),
        sa.Column("total_kop", sa.BigInteger(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("parties", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_by", sa.Uuid(), nullable=True),
        sa.Column("agreed_note", sa.Text(), server_default="", nullable=False),
        sa.Column("superseded_by", sa.Uuid(), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(status = 'declined') = (decline_reason IS NOT NULL)", name=op.f("ck_estimate__declined")
        ),
        sa.CheckConstraint(
            "(status IN ('agreed','superseded','canceled')) = (agreed_at IS NOT NULL)",
            name=op.f("ck_estimate__agreed"),
        ),
        sa.CheckConstraint("advance_pays_for IN ('goods','all')", name=op.f("ck_estimate__advance_pays_for")),
        sa.CheckConstraint(
            "status IN ('draft','agreed','superseded','declined','canceled')",
            name=op.f("ck_estimate__status"),
        ),
        sa.CheckConstraint(
            "goods_kop >= 0 AND work_kop >= 0 AND included_kop >= 0", name=op.f("ck_estimate__not_negative")
        ),
        sa.CheckConstraint("total_kop = goods_kop + work_kop", name=op.f("ck_estimate__total")),
        sa.ForeignKeyConstraint(
            ["company_id", "measurement_id"],
            ["measurement.company_id", "measurement.id"],
            name=op.f("fk_estimate__company_id_measurement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["client_order.company_id", "client_order.id"],
            name=op.f("fk_estimate__company_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_estimate")),
        sa.UniqueConstraint(
            "company_id", "order_id", "number", name=op.f("uq_estimate__company_id_order_id_number")
        ),
    )
    op.create_index(
        "uq_estimate__agreed",
        "estimate",
        ["company_id", "order_id"],
        unique=True,
        postgresql_where=sa.text("status = 'agreed'"),
    )


def _create_estimate_line() -> None:
    op.create_table(
        "estimate_line",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("estimate_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("work_code", sa.Text(), nullable=True),
        sa.Column("work_item_version", sa.Integer(), nullable=True),
        sa.Column("opening_label", sa.Text(), server_default="", nullable=False),
        sa.Column("name_ru", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("price_kop", sa.BigInteger(), nullable=False),
        sa.Column("sum_kop", sa.BigInteger(), nullable=False),
        sa.Column("discount_percent", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("discount_kop", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("vat_rate", sa.Integer(), nullable=True),
        sa.Column("vat_kop", sa.BigInteger(), nullable=False),
        sa.Column("total_kop", sa.BigInteger(), nullable=False),
        sa.Column("warranty_months", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "discount_kop >= 0 AND (discount_kop = 0 OR reason <> '')",
            name=op.f("ck_estimate_line__discount"),
        ),
        sa.CheckConstraint("part IN ('goods','work')", name=op.f("ck_estimate_line__part")),
        sa.CheckConstraint("quantity > 0 AND price_kop >= 0", name=op.f("ck_estimate_line__not_negative")),
        sa.CheckConstraint(
            "total_kop = sum_kop - discount_kop AND total_kop >= 0", name=op.f("ck_estimate_line__total")
        ),
        sa.CheckConstraint(
            "vat_rate IS NULL OR vat_rate IN (0,5,7,10,20,22)", name=op.f("ck_estimate_line__vat_rate")
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "estimate_id"],
            ["estimate.company_id", "estimate.id"],
            name=op.f("fk_estimate_line__company_id_estimate_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_estimate_line")),
        sa.UniqueConstraint(
            "company_id",
            "estimate_id",
            "revision",
            "position",
            name=op.f("uq_estimate_line__position"),
        ),
    )


def downgrade() -> None:
    op.drop_table("estimate_line")
    op.drop_table("estimate")
    op.execute("DROP FUNCTION check_estimate()")
