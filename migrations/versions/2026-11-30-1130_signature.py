"""When a signature was drawn, and that a picture signs one act.

Of acts that share a picture the first keeps its hash. The others are left without: they were signed.
When a file was declared is not known of those of before; it was at the latest when they came.
"""

import sqlalchemy as sa
from alembic import op

from migrations.company_rows import rows_of_every_company

revision = "0023_signature"
down_revision = "0022_damaged_file"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachment", sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attachment", sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("act", sa.Column("drawing_sha256", sa.LargeBinary(), nullable=True))
    op.execute("GRANT UPDATE (drawing_sha256) ON act TO brigada_app")
    with rows_of_every_company("attachment", "act"):
        op.execute(
            "UPDATE attachment SET declared_at = COALESCE(stored_at, expires_at - interval '24 hours', now())"
        )
        op.execute(
            """
            UPDATE act SET drawing_sha256 = decode(signature ->> 'image_sha256', 'hex')
              FROM (SELECT company_id, signature ->> 'image_sha256' AS image, min(signed_at) AS signed_at
                      FROM act WHERE signature IS NOT NULL GROUP BY 1, 2) AS first
             WHERE act.company_id = first.company_id AND act.signature ->> 'image_sha256' = first.image
               AND act.signed_at = first.signed_at
               AND NOT EXISTS (SELECT FROM act AS twin
                                WHERE twin.company_id = act.company_id AND twin.signed_at = act.signed_at
                                  AND twin.signature ->> 'image_sha256' = first.image AND twin.id < act.id)
            """
        )
    op.alter_column("attachment", "declared_at", server_default=sa.text("now()"), nullable=False)
    op.create_index(
        "uq_act__drawing",
        "act",
        ["company_id", "drawing_sha256"],
        unique=True,
        postgresql_where=sa.text("drawing_sha256 IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_act__drawing", table_name="act", postgresql_where=sa.text("drawing_sha256 IS NOT NULL"))
    op.drop_column("act", "drawing_sha256")
    op.drop_column("attachment", "captured_at")
    op.drop_column("attachment", "declared_at")
