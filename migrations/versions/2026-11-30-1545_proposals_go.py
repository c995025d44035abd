"""A proposed arrival goes with the positions it was made of."""

from alembic import op

revision = "0057_proposals_go"
down_revision = "0056_tag_scan"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("GRANT DELETE ON arrival_proposal TO brigada_app")
    op.create_index(
        "ix_arrival_proposal__worker", "arrival_proposal", ["company_id", "worker_id", "arrived_at"]
    )


def downgrade() -> None:
    op.drop_index("ix_arrival_proposal__worker", table_name="arrival_proposal")
    op.execute("REVOKE DELETE ON arrival_proposal FROM brigada_app")
