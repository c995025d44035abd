from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from app.db.base import Base, OfCompany, Versioned


class MessageSettings(OfCompany, Versioned, Base):
    """What a company has set for its messages. Without a row everything is as it is for a new company."""

    __tablename__ = "message_settings"

    segment_price_kop: Mapped[int | None]
    """What one SMS costs. A longer message is several."""
    rules: Mapped[dict[str, Any] | None]
    """`{"hours": {"service": {"since": "08:00", "until": "21:30", "weekdays": […]}, …}, "caps": {…}}`. Null: the
    default, see `policies`."""

    __table_args__ = (CheckConstraint("segment_price_kop >= 0", name="price"),)
