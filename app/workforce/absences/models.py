from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to


class Absence(HasId, Base):
    """A time in which a worker is away although he has a shift: [from, to)."""

    __tablename__ = "absence"

    worker_id: Mapped[UUID]
    kind: Mapped[str]
    """vacation, sick, private, break."""
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    comment: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        belongs_to("worker"),
        Index("ix_absence__worker", "company_id", "worker_id", "period", postgresql_using="gist"),
        CheckConstraint("kind IN ('vacation','sick','private','break')", name="kind"),
        CheckConstraint("NOT isempty(period) AND upper(period) IS NOT NULL", name="period"),
    )
