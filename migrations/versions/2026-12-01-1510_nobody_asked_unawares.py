"""Companies that had visits before clients could be asked are asked first: somebody of the company turns it on."""

from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0102_nobody_asked_unawares"
down_revision = "0101_remarks_disappoint"
branch_labels = None
depends_on = None

SET = (
    "INSERT INTO confirmation_settings (company_id, asks, remind_before_min)"
    " SELECT DISTINCT v.company_id, false, 0 FROM visit v"
    " WHERE NOT EXISTS (SELECT FROM client_notice n"
    "  WHERE n.company_id = v.company_id AND (n.asks OR n.says IN ('asked','reminded')))"
    " ON CONFLICT (company_id) DO NOTHING"
)


def upgrade() -> None:
    """A company whose clients were asked or reminded already goes on as it does, and so does one that has set it."""
    with rows_of_every_company("confirmation_settings", "client_notice", "visit"):
        op.execute(SET)


def downgrade() -> None:
    """What a company has set stays."""
