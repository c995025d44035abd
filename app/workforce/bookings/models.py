from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany, belongs_to


class VisitBooking(OfCompany, Base):
    """The time that a visit takes of one worker. A crew's visit has one row for each member.

    Whoever has a row sees the visit and its job. The exclusion constraint makes a double booking impossible.
    """

    __tablename__ = "visit_booking"

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[UUID]
    """The job of the visit. A worker may see a job if he is booked for one of its visits."""
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """Empty: he is named on the visit, but it takes none of his time. It ended before it was to begin, or he
    came on site as a substitute while another visit had his time."""

    __table_args__ = (
        belongs_to("visit"),
        belongs_to("worker"),
        belongs_to("job"),
        Index("ix_visit_booking__job", "company_id", "worker_id", "job_id"),
        ExcludeConstraint(
            ("company_id", "="),
            ("worker_id", "="),
            ("period", "&&"),
            name="ex_visit_booking__overlap",
            using="gist",
        ),
    )
