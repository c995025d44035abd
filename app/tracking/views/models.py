from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, belongs_to


class TrackView(HasId, Base):
    """Somebody of the office looked at where a worker was. Rows are never changed.

    It is written in the transaction that reads the track: what is not written down is not shown.
    """

    __tablename__ = "track_view"

    worker_id: Mapped[UUID]
    """Whose track."""
    viewer_id: Mapped[UUID]
    viewed_at: Mapped[datetime]
    operation: Mapped[str]
    """The operation of the API: getTrack, exportTrackGpx, …"""
    since: Mapped[datetime]
    until: Mapped[datetime]
    """What was looked at: [since, until)."""

    __table_args__ = (
        belongs_to("worker"),
        CheckConstraint("since <= until", name="period"),
        Index("ix_track_view__worker", "company_id", "worker_id", "id"),
        Index("ix_track_view__viewer", "company_id", "viewer_id", "viewed_at"),
    )
