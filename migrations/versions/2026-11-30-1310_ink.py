"""A drawing signs one act, also when it is saved anew. What old signatures show was not compared: they have no hash."""

import sqlalchemy as sa
from alembic import op

from migrations.moves import guard_set_once

revision = "0039_ink"
down_revision = "0038_seals"
branch_labels = None
depends_on = None

BEFORE = (
    "signature",
    "signature_hash",
    "signature_key",
    "drawing_sha256",
    "signed_at",
    "refused_at",
    "refusal_reason",
    "pdf_ru_key",
    "pdf_ru_sha256",
    "pdf_en_key",
    "pdf_en_sha256",
)


def upgrade() -> None:
    for table in ("attachment", "act"):
        op.add_column(table, sa.Column("ink_sha256", sa.LargeBinary(), nullable=True))
    op.execute("GRANT UPDATE (ink_sha256) ON act TO brigada_app")
    op.create_index(
        "uq_act__ink",
        "act",
        ["company_id", "ink_sha256"],
        unique=True,
        postgresql_where=sa.text("ink_sha256 IS NOT NULL"),
    )
    guard_set_once("act", [*BEFORE, "ink_sha256"])


def downgrade() -> None:
    guard_set_once("act", BEFORE)
    op.drop_index("uq_act__ink", table_name="act", postgresql_where=sa.text("ink_sha256 IS NOT NULL"))
    for table in ("act", "attachment"):
        op.drop_column(table, "ink_sha256")
