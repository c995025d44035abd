"""Why a payment looked wrong when it was taken. The office books payments, which have no visit, and the accountant
gets inbox items of his own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024_payment_doubts"
down_revision = "0023_signature"
branch_labels = None
depends_on = None

AUDIENCES = "'dispatcher','accountant','supervisor','worker'"


def set_audiences(audiences: str) -> None:
    op.drop_constraint("audience", "inbox_item", type_="check")
    op.create_check_constraint("audience", "inbox_item", f"audience IN ({audiences})")


def upgrade() -> None:
    op.add_column(
        "payment",
        sa.Column("doubts", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    set_audiences(AUDIENCES)
    op.drop_constraint("taken_somewhere", "payment", type_="check")
    op.create_check_constraint("taken_somewhere", "payment", "visit_id IS NOT NULL OR command_id IS NULL")


def downgrade() -> None:
    op.drop_constraint("taken_somewhere", "payment", type_="check")
    op.create_check_constraint("taken_somewhere", "payment", "kind = 'refund' OR visit_id IS NOT NULL")
    op.drop_column("payment", "doubts")
    op.execute("DELETE FROM inbox_item WHERE audience = 'accountant'")
    set_audiences("'dispatcher','supervisor','worker'")
