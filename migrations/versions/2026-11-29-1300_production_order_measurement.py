"""A production order refers to the measurement itself. The copy of the measurement's versions is removed.

Measurements and production are in one module now, so no second table with a part of the data is needed.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company, separate_companies

revision = "0009_production_by_measurement"
down_revision = "0008_due_work_by_time"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_production_order__company_id_measurement_id"
KEY = ["company_id", "id"]


def upgrade() -> None:
    op.drop_constraint(FOREIGN_KEY, "production_order")
    op.create_foreign_key(
        FOREIGN_KEY, "production_order", "measurement", ["company_id", "measurement_id"], KEY
    )
    op.drop_table("measurement_version")


def downgrade() -> None:
    op.create_table(
        "measurement_version",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"],
            ["job.company_id", "job.id"],
            name="fk_measurement_version__company_id_job_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_measurement_version"),
        sa.UniqueConstraint(
            "company_id", "job_id", "version", name="uq_measurement_version__company_id_job_id_version"
        ),
    )
    separate_companies("measurement_version", grants="SELECT, INSERT")
    op.drop_constraint(FOREIGN_KEY, "production_order")
    with rows_of_every_company("measurement", "opening", "measurement_version"):
        op.execute(
            """
            INSERT INTO measurement_version (company_id, id, job_id, version, content_hash, openings, received_at)
            SELECT company_id, id, job_id, version, content_hash, counted.count, received_at
              FROM measurement,
                   LATERAL (SELECT count(*) AS count FROM opening
                             WHERE opening.company_id = measurement.company_id
                               AND opening.measurement_id = measurement.id) AS counted
            """
        )
    op.create_foreign_key(
        FOREIGN_KEY, "production_order", "measurement_version", ["company_id", "measurement_id"], KEY
    )
