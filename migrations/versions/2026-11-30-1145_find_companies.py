"""A function that names every company by its id, for the proof that all balances add up."""

from alembic import op

from migrations.company_rows import create_look_across

revision = "0027_find_companies"
down_revision = "0026_client_notice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_look_across("find_companies()", "TABLE (company_id uuid)", "SELECT id FROM company ORDER BY id")


def downgrade() -> None:
    op.execute("DROP FUNCTION find_companies()")
