"""An act that was signed with remarks is a signal that a client was disappointed."""

from collections.abc import Sequence

from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0101_remarks_disappoint"
down_revision = "0100_portraits_and_magnets"
branch_labels = None
depends_on = None

CHECK = "ck_disappointment__kind"
BEFORE = (
    "late_arrival",
    "no_show",
    "act_refused",
    "canceled_after_prepayment",
    "partial_refund",
    "full_refund",
    "repeated_rework",
    "said_so",
    "complaint",
    "quality_answer",
)
NOW = (*BEFORE, "act_remarked")


def upgrade() -> None:
    _allow(NOW)


def downgrade() -> None:
    """What the client wrote under an act becomes a complaint, which the older version knows."""
    with rows_of_every_company("disappointment"):
        op.execute("UPDATE disappointment SET kind = 'complaint' WHERE kind = 'act_remarked'")
    _allow(BEFORE)


def _allow(kinds: Sequence[str]) -> None:
    op.drop_constraint(op.f(CHECK), "disappointment")
    op.create_check_constraint(op.f(CHECK), "disappointment", f"kind IN ({','.join(map(repr, kinds))})")
