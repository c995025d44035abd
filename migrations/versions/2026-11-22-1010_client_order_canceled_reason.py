"""The reason why a client order was canceled. No order could be canceled before, so no row needs a value."""

import sqlalchemy as sa
from alembic import op

revision = "0003_order_canceled_reason"
down_revision = "0002_deliveries_given_up"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("client_order", sa.Column("canceled_reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_client_order__canceled_has_reason"),
        "client_order",
        "(status = 'canceled') = (canceled_reason IS NOT NULL)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_client_order__canceled_has_reason"), "client_order")
    op.drop_column("client_order", "canceled_reason")
