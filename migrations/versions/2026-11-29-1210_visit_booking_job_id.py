"""Add the job to a booking, so that the check of who may see a job need not read visits."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0007_visit_booking_job_id"
down_revision = "0006_listener_names"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_visit_booking__company_id_job_id"
INDEX = "ix_visit_booking__job"


def upgrade() -> None:
    op.add_column("visit_booking", sa.Column("job_id", sa.Uuid(), nullable=True))
    with rows_of_every_company("visit_booking", "visit"):
        op.execute(
            """
            UPDATE visit_booking SET job_id = visit.job_id FROM visit
             WHERE visit.company_id = visit_booking.company_id AND visit.id = visit_booking.visit_id
            """
        )
    op.alter_column("visit_booking", "job_id", nullable=False)
    op.create_foreign_key(FOREIGN_KEY, "visit_booking", "job", ["company_id", "job_id"], ["company_id", "id"])
    op.create_index(INDEX, "visit_booking", ["company_id", "worker_id", "job_id"])


def downgrade() -> None:
    op.drop_index(INDEX, table_name="visit_booking")
    op.drop_constraint(FOREIGN_KEY, "visit_booking")
    op.drop_column("visit_booking", "job_id")
