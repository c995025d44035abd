"""What a client says when he refuses belongs to one of the reasons for which clients are lost."""

import sqlalchemy as sa
from alembic import op

revision = "0103_loss_reasons"
down_revision = "0102_nobody_asked_unawares"
branch_labels = None
depends_on = None

TABLES = ("interaction", "client_task", "proposal_answer", "next_visit_proposal")
REASONS = (
    "not_reminded",
    "no_need_now",
    "no_need_ever",
    "relocation",
    "force_majeure",
    "price",
    "competitor_price",
    "competitor_speed",
    "competitor_quality",
    "competitor_range",
    "competitor_acquaintance",
    "competitor_manufacturer",
    "quality_product",
    "quality_installation",
    "quality_dirt",
    "deadline_missed",
    "no_show_or_late",
    "worker_conduct",
    "office_conduct",
    "warranty",
    "paperwork",
    "one_off_discount",
    "went_private",
    "does_it_himself",
    "wrong_contact",
    "unknown",
)


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("loss_reason", sa.Text))
        op.create_check_constraint(
            op.f(f"ck_{table}__loss_reason"), table, f"loss_reason IN ({','.join(map(repr, REASONS))})"
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "loss_reason")
