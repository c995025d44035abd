from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to


class Shift(HasId, Base):
    """When a worker works: [from, to)."""

    __tablename__ = "shift"

    worker_id: Mapped[UUID]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)

    __table_args__ = (
        belongs_to("worker"),
        ExcludeConstraint(
            ("company_id", "="), ("worker_id", "="), ("period", "&&"), name="ex_shift__overlap", using="gist"
        ),
        CheckConstraint("NOT isempty(period) AND upper(period) IS NOT NULL", name="period"),
    )
