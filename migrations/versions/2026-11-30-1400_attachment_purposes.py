"""Photos of the tape, sketches and photos of the chat are attachments too; and what was declared of a file stays."""

from alembic import op

from migrations.moves import guard_set_once

revision = "0040_attachment_purposes"
down_revision = "0039_ink"
branch_labels = None
depends_on = None

BEFORE = ("photo", "photo_act", "signature")
NOW = (*BEFORE, "measurement", "sketch", "chat")
DECLARED = (
    *("id", "job_id", "visit_id", "purpose", "content_type", "size", "sha256", "author_id", "declared_at"),
    *("stored_at", "ink_sha256"),
)
"""A proof stays with its job and keeps its bytes, whoever writes."""


def upgrade() -> None:
    _allow(NOW)
    guard_set_once("attachment", DECLARED)


def downgrade() -> None:
    op.execute("DROP TRIGGER attachment_set_once ON attachment")
    _allow(BEFORE)


def _allow(purposes: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_attachment__purpose"), "attachment")
    named = ",".join(f"'{one}'" for one in purposes)
    op.create_check_constraint(op.f("ck_attachment__purpose"), "attachment", f"purpose IN ({named})")
