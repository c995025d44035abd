from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, belongs_to


class TimeCorrection(HasId, Base):
    """What the office says that a worker did in [starts_at, ends_at). Rows are never changed.

    A later correction of the same time holds. `was` keeps what was counted before.
    """

    __tablename__ = "time_correction"

    worker_id: Mapped[UUID]
    revision: Mapped[int]
    """1, 2, … for this worker: corrections hold in this order."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    says: Mapped[str]
    visit_id: Mapped[UUID | None]
    was: Mapped[list[dict[str, Any]]]
    """The stretches that were counted in this time: `[{"kind": …, "starts_at": …, "ends_at": …, "visit_id": …}, …]`"""
    reason: Mapped[str]
    corrected_by: Mapped[UUID]
    corrected_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("worker"),
        belongs_to("visit"),
        UniqueConstraint("company_id", "worker_id", "revision", name="uq_time_correction__revision"),
        CheckConstraint("starts_at < ends_at", name="period"),
        CheckConstraint("says IN ('travel','work','pause','nothing','as_tapped')", name="says"),
        Index("ix_time_correction__worker", "company_id", "worker_id", "ends_at"),
    )


class TimeComment(HasId, Base):
    """What a worker says of a correction of his time. Rows are never changed."""

    __tablename__ = "time_comment"

    correction_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    comment: Mapped[str]
    said_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("time_correction", "correction_id"),
        belongs_to("worker"),
        Index("ix_time_comment__correction", "company_id", "correction_id", "id"),
    )
