from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId


class InboxItem(HasId, Base):
    """Something that a person must look at. It stays open until somebody marks it as done, or until it is
    settled because nobody needs to do anything any more."""

    __tablename__ = "inbox_item"

    audience: Mapped[str]
    """dispatcher, accountant, supervisor or worker."""
    user_id: Mapped[UUID | None]
    """The person the item is for. Null means everybody of the audience."""
    kind: Mapped[str]
    """An `InboxKind`. It is also the key of the title in `[inbox]`."""
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    occurrence: Mapped[str] = mapped_column(server_default="")
    params: Mapped[dict[str, Any]]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]

    __table_args__ = (
        UniqueConstraint("company_id", "kind", "subject_id", "occurrence", "audience"),
        Index(
            "ix_inbox_item__open", "company_id", "audience", "id", postgresql_where=text("done_at IS NULL")
        ),
        CheckConstraint("audience IN ('dispatcher','accountant','supervisor','worker')", name="audience"),
    )
