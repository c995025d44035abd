from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId


class AlertTaken(HasId, Base):
    """Somebody looks after an alert. Alerts themselves are not stored: they follow from visits and requests."""

    __tablename__ = "alert_taken"

    kind: Mapped[str]
    subject_id: Mapped[UUID]
    due_at: Mapped[datetime]
    """Which alert of this subject: when the next offer has run out, that is another one."""
    taken_by: Mapped[UUID] = mapped_column()

    __table_args__ = (
        UniqueConstraint(
            "company_id",
            "subject_id",
            "kind",
            "due_at",
            name="uq_alert_taken__company_id_subject_id",
        ),
    )
