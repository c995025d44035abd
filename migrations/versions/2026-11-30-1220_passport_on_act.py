"""A product that stands on two acts of an order has one passport."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company, separate_companies

revision = "0031_passport_on_act"
down_revision = "0030_act_number"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passport_on_act",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("passport_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "act_id"],
            ["act.company_id", "act.id"],
            name=op.f("fk_passport_on_act__company_id_act_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "passport_id"],
            ["passport.company_id", "passport.id"],
            name=op.f("fk_passport_on_act__company_id_passport_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", "act_id", "position", name=op.f("pk_passport_on_act")),
    )
    op.create_index("ix_passport_on_act__passport", "passport_on_act", ["company_id", "passport_id"])
    with rows_of_every_company("passport"):
        op.execute(
            "INSERT INTO passport_on_act (company_id, act_id, position, passport_id)"
            " SELECT company_id, act_id, position, id FROM passport"
        )
    separate_companies("passport_on_act", grants="SELECT, INSERT")
    op.execute("GRANT UPDATE (product, measurements, warranty_until) ON passport TO brigada_app")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (product, measurements, warranty_until) ON passport FROM brigada_app")
    op.drop_table("passport_on_act")
