"""The time zone of a site. The sweep `site_zone` finds it for the sites there are, so nobody waits for it here.

Their `zone_due_at` is the default of the new column, which PostgreSQL gives without writing the rows.
"""

import sqlalchemy as sa
from alembic import op

from migrations.due_work import add_clock, remove_clock

revision = "0013_site_timezone"
down_revision = "0012_person_now"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_site__zone": ["company_id", "zone_due_at"],
    "ix_site__zone_due": ["zone_due_at", "company_id"],
}
WAITING = sa.text("zone_due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("site", sa.Column("timezone", sa.Text(), nullable=True))
    op.add_column(
        "site",
        sa.Column("zone_due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=True),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "site", columns, postgresql_where=WAITING)
    add_clock("site_zone", "site", "zone_due_at")


def downgrade() -> None:
    remove_clock("site_zone", "site", "zone_due_at")
    op.execute("DROP POLICY due ON site")
    op.execute("REVOKE SELECT (company_id) ON site FROM brigada_due")
    for name in INDEXES:
        op.drop_index(name, table_name="site")
    op.drop_column("site", "zone_due_at")
    op.drop_column("site", "timezone")
