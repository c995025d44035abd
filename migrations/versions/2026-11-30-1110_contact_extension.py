"""Extensions of office phones, and the mark for the phone that takes messages.

Two people of one office have one number and two extensions, so the extension belongs to what is unique. The index
keeps its name: processes of the version before recognise the refusal by it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_contact_extension"
down_revision = "0019_presence"
branch_labels = None
depends_on = None

INDEX = "uq_client_contact__value"


def make_unique(columns: list[str]) -> None:
    op.create_index(
        f"{INDEX}_new",
        "client_contact",
        columns,
        unique=True,
        postgresql_where=sa.text("NOT is_shared"),
    )
    op.drop_index(INDEX, table_name="client_contact")
    op.execute(f"ALTER INDEX {INDEX}_new RENAME TO {INDEX}")


def upgrade() -> None:
    op.add_column("client_contact", sa.Column("extension", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "client_contact",
        sa.Column("is_for_sms", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    make_unique(["company_id", "kind", "value", "extension"])


def downgrade() -> None:
    """Fails while two clients have one number with different extensions: somebody must choose."""
    make_unique(["company_id", "kind", "value"])
    op.drop_column("client_contact", "is_for_sms")
    op.drop_column("client_contact", "extension")
