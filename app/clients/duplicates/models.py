from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, belongs_to


class NotDuplicate(HasId, Base):
    """Somebody looked at two cards that seem to be of one client, and they are of two. Kept for everybody."""

    __tablename__ = "not_duplicate"

    first_id: Mapped[UUID]
    """The lower of both ids."""
    second_id: Mapped[UUID]
    reason: Mapped[str]
    said_by: Mapped[UUID]

    __table_args__ = (
        belongs_to("client", "first_id"),
        belongs_to("client", "second_id"),
        CheckConstraint("first_id <= second_id", name="order"),
        Index("uq_not_duplicate__pair", "company_id", "first_id", "second_id", unique=True),
    )
