from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, belongs_to


class ChecklistAnswer(HasId, Base):
    """A filled-in checklist: the form as it was at that time, and the answers.

    Filling it in again adds a row. The newest row counts.
    """

    __tablename__ = "checklist_answer"

    visit_id: Mapped[UUID]
    author_id: Mapped[UUID]
    form: Mapped[list[dict[str, Any]]]
    answers: Mapped[dict[str, Any]]
    answered_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("visit"),
        Index("ix_checklist_answer__visit", "company_id", "visit_id", "id"),
    )
