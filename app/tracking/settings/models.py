from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany, Versioned


class TrackingSettings(OfCompany, Versioned, Base):
    """What a company has set for tracking. Without a row everything is as it is for a new company."""

    __tablename__ = "tracking_settings"

    kept_days: Mapped[int] = mapped_column(server_default="365")
    """How long pings are kept at most. Those of consents whose words name fewer days go earlier."""
    shortest_stop_s: Mapped[int] = mapped_column(server_default="180")
    """A stay that is shorter belongs to the trip."""

    __table_args__ = (
        CheckConstraint("kept_days BETWEEN 30 AND 1100", name="kept_days"),
        CheckConstraint("shortest_stop_s BETWEEN 30 AND 3600", name="shortest_stop_s"),
    )
