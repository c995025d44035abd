from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned, belongs_to


class VisitForm(HasId, Versioned, Base):
    """A form as it is filled in at a visit: the newest answer to each question, and who gave it when."""

    __tablename__ = "visit_form"

    visit_id: Mapped[UUID]
    form_id: Mapped[UUID]
    form_version_id: Mapped[UUID]
    """The version that was filled in last. It decides whether the form is complete."""
    answers: Mapped[dict[str, Any]]
    """By field. A field without answer is left out."""
    stamps: Mapped[dict[str, Any]]
    """By field: `{"at": …, "author_id": …, "device_id": …, "device_seq": …}`. A field that was cleared has one too."""
    is_complete: Mapped[bool]

    __table_args__ = (
        belongs_to("visit"),
        belongs_to("form"),
        belongs_to("form_version"),
        UniqueConstraint("company_id", "visit_id", "form_id"),
    )


class FormAnswer(HasId, Base):
    """What somebody sent for a form at one time. Append-only: the history of `VisitForm`."""

    __tablename__ = "form_answer"

    visit_id: Mapped[UUID]
    form_id: Mapped[UUID]
    form_version_id: Mapped[UUID]
    author_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    answers: Mapped[dict[str, Any]]
    """As they were sent. Null clears a field."""
    written: Mapped[list[str]]
    """The fields that were changed by it. Others were as they are, overtaken by newer ones, or lie with a person."""
    reason: Mapped[str] = mapped_column(server_default="")
    """Of a correction by the office."""
    answered_at: Mapped[datetime]
    """The phone's time, corrected."""
    received_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("visit"),
        belongs_to("form"),
        belongs_to("form_version"),
        Index("ix_form_answer__visit", "company_id", "visit_id", "form_id", "id"),
    )
