"""What a camera writes of a photo is kept as evidence, and photos have smaller copies."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography

from migrations.company_rows import separate_companies
from migrations.due_work import add_clock, remove_clock
from migrations.moves import guard_set_once

revision = "0058_preview"
down_revision = "0057_proposals_go"
branch_labels = None
depends_on = None

DECLARED = (
    *("id", "job_id", "visit_id", "purpose", "content_type", "size", "sha256", "author_id", "declared_at"),
    *("stored_at", "ink_sha256"),
)
EVIDENCE = ("taken_at", "has_taken_zone", "taken_point", "taken_altitude_m", "camera_make", "camera_model")
WAITING = sa.text("make_at IS NOT NULL")


def _belongs_to_attachment(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", "attachment_id"],
        ["attachment.company_id", "attachment.id"],
        name=op.f(f"fk_{table}__company_id_attachment_id"),
    )


def upgrade() -> None:
    op.add_column("attachment", sa.Column("has_taken_zone", sa.Boolean(), nullable=True))
    point = Geography("POINT", srid=4326, spatial_index=False)
    op.add_column("attachment", sa.Column("taken_point", point, nullable=True))
    op.add_column("attachment", sa.Column("taken_altitude_m", sa.Float(), nullable=True))
    for column in ("camera_make", "camera_model"):
        op.add_column("attachment", sa.Column(column, sa.Text(), nullable=True))
    guard_set_once("attachment", [*DECLARED, *EVIDENCE])
    op.create_table(
        "preview",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        _belongs_to_attachment("preview"),
        sa.PrimaryKeyConstraint("company_id", "attachment_id", "kind", name=op.f("pk_preview")),
        sa.CheckConstraint("kind IN ('small','large','full')", name=op.f("ck_preview__kind")),
    )
    op.create_table(
        "preview_making",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("make_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        _belongs_to_attachment("preview_making"),
        sa.PrimaryKeyConstraint("company_id", "attachment_id", name=op.f("pk_preview_making")),
    )
    op.create_index(
        "ix_preview_making__make", "preview_making", ["company_id", "make_at"], postgresql_where=WAITING
    )
    op.create_index(
        "ix_preview_making__make_due", "preview_making", ["make_at", "company_id"], postgresql_where=WAITING
    )
    separate_companies("preview", grants="SELECT, INSERT, UPDATE, DELETE")
    separate_companies("preview_making")
    add_clock("preview", "preview_making", "make_at")


def downgrade() -> None:
    remove_clock("preview", "preview_making", "make_at")
    op.drop_table("preview_making")
    op.drop_table("preview")
    guard_set_once("attachment", DECLARED)
    for column in ("camera_model", "camera_make", "taken_altitude_m", "taken_point", "has_taken_zone"):
        op.drop_column("attachment", column)
