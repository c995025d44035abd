from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned
from app.db.card_changes import Recorded
from app.notifications.batches.policies import BatchStatus


class MessageBatch(HasId, Versioned, Base):
    """Advertising that a named person lets go (38-FZ, art. 18 p. 2: none without a human)."""

    __tablename__ = "message_batch"
    __recorded__ = Recorded("message_batch")

    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=BatchStatus.DRAFT)
    """A `BatchStatus`."""
    created_by: Mapped[UUID]
    released_by: Mapped[UUID | None]
    """Who has released it last."""
    released_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("status IN ('draft','released','paused','canceled')", name="status"),
        CheckConstraint(
            "status NOT IN ('released','paused') OR (released_by IS NOT NULL AND released_at IS NOT NULL)",
            name="released_by_somebody",
        ),
    )
