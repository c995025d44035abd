"""Files can arrive in chunks: how far each has come, and where its parts lie."""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock

revision = "0049_upload"
down_revision = "0048_arrival_proposals"
branch_labels = None
depends_on = None

WAITING = sa.text("finish_at IS NOT NULL")


def _belongs_to_attachment(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", "attachment_id"],
        ["attachment.company_id", "attachment.id"],
        name=op.f(f"fk_{table}__company_id_attachment_id"),
    )


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("part_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("finish_at", sa.DateTime(timezone=True), nullable=True),
        _belongs_to_attachment("upload"),
        sa.PrimaryKeyConstraint("company_id", "attachment_id", name=op.f("pk_upload")),
    )
    op.create_index("ix_upload__finish", "upload", ["company_id", "finish_at"], postgresql_where=WAITING)
    op.create_index("ix_upload__finish_due", "upload", ["finish_at", "company_id"], postgresql_where=WAITING)
    op.create_table(
        "upload_part",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        _belongs_to_attachment("upload_part"),
        sa.PrimaryKeyConstraint("company_id", "attachment_id", "start", name=op.f("pk_upload_part")),
    )
    for table in ("upload", "upload_part"):
        separate_companies(table, grants="SELECT, INSERT, UPDATE, DELETE")
    add_clock("upload_finish", "upload", "finish_at")


def downgrade() -> None:
    remove_clock("upload_finish", "upload", "finish_at")
    op.drop_table("upload_part")
    op.drop_table("upload")
