"""Until when a request should get its first response, and who has taken an alert.

Requests of before that still wait for an answer would hide today's alerts, so only those of the last two days get a time.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company, separate_companies

revision = "0111_alerts"
down_revision = "0110_site_folded_address"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "company", sa.Column("first_response_min", sa.Integer(), server_default="30", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_company__first_response"), "company", "first_response_min BETWEEN 1 AND 10080"
    )
    op.add_column("service_request", sa.Column("respond_by", MOMENT, nullable=True))
    with rows_of_every_company("service_request"):
        op.execute(
            "UPDATE service_request SET respond_by = received_at + interval '30 minutes'"
            " WHERE status = 'new' AND received_at > now() - interval '2 days'"
        )
    op.create_index(
        "ix_service_request__waiting",
        "service_request",
        ["company_id", "respond_by"],
        postgresql_where=sa.text("status = 'new'"),
    )
    _taken()


def _taken() -> None:
    op.create_table(
        "alert_taken",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("taken_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_alert_taken")),
        sa.UniqueConstraint(
            "company_id", "subject_id", "kind", "due_at", name=op.f("uq_alert_taken__company_id_subject_id")
        ),
    )
    separate_companies("alert_taken")


def downgrade() -> None:
    op.drop_table("alert_taken")
    op.drop_index("ix_service_request__waiting", table_name="service_request")
    op.drop_column("service_request", "respond_by")
    op.drop_column("company", "first_response_min")
