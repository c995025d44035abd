"""What happened with a client is read by his cards: acts, passports and messages get an index for it."""

from alembic import op

revision = "0086_history_of_client"
down_revision = "0085_touch_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_act__client", "act", ["company_id", "client_id"])
    op.create_index("ix_passport__client", "passport", ["company_id", "client_id"])
    op.create_index("ix_message__recipient", "message", ["company_id", "recipient_id"])


def downgrade() -> None:
    op.drop_index("ix_message__recipient", "message")
    op.drop_index("ix_passport__client", "passport")
    op.drop_index("ix_act__client", "act")
