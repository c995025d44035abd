"""The policies compare the company without a subquery: with one no table can be distributed on Citus.

Nothing else changes. A statement that names the company, as all of ours do, compares the two once and
then reads as without a policy; one that does not finds its rows by the primary key as before.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import CURRENT_COMPANY

revision = "0010_policies_plain"
down_revision = "0009_production_by_measurement"
branch_labels = None
depends_on = None


def compare_with(current_company: str) -> None:
    """Each table in a transaction of its own, so that no request waits for all of them."""
    with op.get_context().autocommit_block():
        tables = op.get_bind().execute(
            sa.text("SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'company' ORDER BY 1")
        )
        for table in tables.scalars().all():
            column = "id" if table == "company" else "company_id"
            op.execute(f"ALTER POLICY company ON {table} USING ({column} = {current_company})")


def upgrade() -> None:
    compare_with(CURRENT_COMPANY)


def downgrade() -> None:
    compare_with(f"(SELECT {CURRENT_COMPANY})")
