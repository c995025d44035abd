from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, belongs_to


class CaseFile(HasId, Base):
    """The evidence of a case as it was at a moment. Never changed: what comes later is in the next file."""

    __tablename__ = "case_file"

    case_id: Mapped[UUID]
    number: Mapped[int]
    """1, 2, … within the case."""
    content: Mapped[dict[str, Any]]
    """Canonical: see `packing`."""
    content_hash: Mapped[bytes]
    """SHA-256 of the canonical JSON of `content`."""
    packed_at: Mapped[datetime]
    packed_by: Mapped[UUID | None]
    """Null: the product, when the case was opened."""

    __table_args__ = (
        belongs_to("recovery_case", "case_id"),
        UniqueConstraint("company_id", "case_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )


class StaffStatement(HasId, Base):
    """What somebody of the company says of what happened. Never changed."""

    __tablename__ = "staff_statement"

    case_id: Mapped[UUID]
    user_id: Mapped[UUID]
    """Who says it."""
    words: Mapped[str]
    taken_by: Mapped[UUID]
    """Who wrote it down."""
    said_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("recovery_case", "case_id"),
        belongs_to("user_account", "user_id"),
        Index("ix_staff_statement__case", "company_id", "case_id", "id"),
    )
