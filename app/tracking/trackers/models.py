from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to


class Tracker(HasId, Base):
    """A GPS program or device of a worker that is not our app. It shows a key of its own instead of a token."""

    __tablename__ = "tracker"

    worker_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[str]
    """traccar, owntracks or other: what the worker set up. Any door takes the key of any kind."""
    key_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """HMAC of the key, which nobody can read again."""
    created_by: Mapped[UUID]
    last_seen_at: Mapped[datetime | None]
    """Right to a minute."""
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("worker"),
        Index("uq_tracker__key", "company_id", "key_hash", unique=True),
        Index("ix_tracker__key_hash", "key_hash"),
        Index("ix_tracker__worker", "company_id", "worker_id"),
        CheckConstraint("kind IN ('traccar','owntracks','other')", name="kind"),
    )
