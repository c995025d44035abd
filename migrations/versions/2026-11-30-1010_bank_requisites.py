"""The company's bank as fields of its own: invoices and their payment code need each of them."""

import sqlalchemy as sa
from alembic import op

revision = "0016_bank_requisites"
down_revision = "0015_job_done_for"
branch_labels = None
depends_on = None

COLUMNS = ("bank_name", "bank_bic", "bank_account", "bank_corr_account")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("company", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("company", name)
