"""Why a request was closed: a reason of the list, its words, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0112_request_loss_reason"
down_revision = "0111_alerts"
branch_labels = None
depends_on = None

REASONS = (
    "'not_reminded','no_need_now','no_need_ever','relocation','force_majeure','price','competitor_price',"
    "'competitor_speed','competitor_quality','competitor_range','competitor_acquaintance','competitor_manufacturer',"
    "'quality_product','quality_installation','quality_dirt','deadline_missed','no_show_or_late','worker_conduct',"
    "'office_conduct','warranty','paperwork','one_off_discount','went_private','does_it_himself','wrong_contact','unknown'"
)


def upgrade() -> None:
    op.add_column("service_request", sa.Column("loss_reason", sa.Text(), nullable=True))
    op.add_column("service_request", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.add_column("service_request", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_service_request__loss_reason"), "service_request", f"loss_reason IN ({REASONS})"
    )
    op.create_check_constraint(
        op.f("ck_service_request__lost_is_closed"),
        "service_request",
        "loss_reason IS NULL OR status = 'closed'",
    )


def downgrade() -> None:
    for column in ("closed_at", "reason", "loss_reason"):
        op.drop_column("service_request", column)
