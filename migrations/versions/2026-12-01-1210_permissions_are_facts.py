"""That a client agrees to be written to is a fact of his life: what is known from before is taken over."""

from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0090_permissions_are_facts"
down_revision = "0089_client_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with rows_of_every_company("company", "base_pass"):
        op.execute(
            "INSERT INTO base_pass (company_id, id, kind, go_on_at)"
            " SELECT id, gen_random_uuid(), 'gather', now() FROM company"
        )


def downgrade() -> None:
    """What was begun may be finished: it finds the same facts again."""
