from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, belongs_to


class TagScan(HasId, Base):
    """A worker has read the tag of a product at a visit: he stood before it. The first time counts."""

    __tablename__ = "tag_scan"

    visit_id: Mapped[UUID]
    passport_id: Mapped[UUID]
    author_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    scanned_at: Mapped[datetime]
    """The phone's time, corrected."""
    received_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("visit"),
        belongs_to("passport"),
        UniqueConstraint("company_id", "visit_id", "passport_id"),
    )
