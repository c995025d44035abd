"""Which tag codes are taken, by whatever company.

A code was drawn after a look at every company's passports. Citus refuses such a look in a transaction that
has written, and on one PostgreSQL two companies that drew the same code at the same moment did not see
each other. Codes drawn by processes of the version before are not in it while those still run: a new
one meets one of them by chance once in 10^12.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0011_tag"
down_revision = "0010_policies_plain"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tag",
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_tag")),
    )
    op.execute("GRANT INSERT ON tag TO brigada_app")  # and not SELECT: a code opens a passport
    with rows_of_every_company("passport"):
        op.execute("INSERT INTO tag (code) SELECT DISTINCT tag_code FROM passport")


def downgrade() -> None:
    op.drop_table("tag")
