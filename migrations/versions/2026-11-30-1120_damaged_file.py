"""Files that are not what was stored, with the time of the next look at them; and the hash of a company's logo."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0022_damaged_file"
down_revision = "0021_estimate"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_damaged_file__check": ["company_id", "check_at"],
    "ix_damaged_file__check_due": ["check_at", "company_id"],
}


def upgrade() -> None:
    op.add_column("company", sa.Column("logo_sha256", sa.LargeBinary(), nullable=True))
    op.create_table(
        "damaged_file",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_damaged_file")),
        sa.UniqueConstraint("company_id", "key", name=op.f("uq_damaged_file__company_id_key")),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "damaged_file", columns, postgresql_where=sa.text("check_at IS NOT NULL"))
    separate_companies("damaged_file")
    add_clock("damaged_file", "damaged_file", "check_at")


def downgrade() -> None:
    remove_clock("damaged_file", "damaged_file", "check_at")
    op.drop_table("damaged_file")
    op.drop_column("company", "logo_sha256")
