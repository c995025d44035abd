from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId


class SyncView(HasId, Base):
    """What a phone has: the items of one answer, each with a hash of its content. The id is the cursor.

    A phone has two of these at most: the one it asked with last, and the answer to that.
    """

    __tablename__ = "sync_view"

    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    items: Mapped[bytes]
    """MessagePack: `{kind: {id: hash}}`."""
    marks: Mapped[bytes | None]
    """Of the rows from which the items were made (`marks.sql`). While they are the same, so are the items."""

    __table_args__ = (Index("ix_sync_view__device", "company_id", "user_id", "device_id"),)
