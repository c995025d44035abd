"""For whom and where a job was done, kept when its visits complete it.

Completed jobs of before get what their cards say now: nothing better is known.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0015_job_done_for"
down_revision = "0014_ledger_entry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("done_client_name", sa.Text(), nullable=True))
    op.add_column("job", sa.Column("done_address", sa.Text(), nullable=True))
    with rows_of_every_company("job", "client", "site"):
        op.execute(
            """
            UPDATE job SET done_client_name = client.full_name, done_address = site.address
              FROM client, site
             WHERE client.company_id = job.company_id AND client.id = job.client_id
               AND site.company_id = job.company_id AND site.id = job.site_id
               AND job.status IN ('completed', 'closed')
            """
        )


def downgrade() -> None:
    op.drop_column("job", "done_address")
    op.drop_column("job", "done_client_name")
