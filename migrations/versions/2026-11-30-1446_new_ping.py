"""A type for rows of pings on their way into the table.

It is not the table's own row type: a column that is added later must not break a process that does not know it. Such a
column comes with another type.
"""

from alembic import op

revision = "0063_new_ping"
down_revision = "0062_stray_check"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TYPE new_ping AS (
          company_id uuid, worker_id uuid, device_id uuid, device_at timestamptz, content bigint, clock_offset_s int,
          received_at timestamptz, seq bigint, lat float8, lon float8, accuracy_m float8, speed_mps float8,
          heading_deg float8, altitude_m float8, battery_pct float8, is_charging bool, provider text, activity text,
          is_mock bool, trigger text)
        """
    )


def downgrade() -> None:
    op.execute("DROP TYPE new_ping")
