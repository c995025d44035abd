from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned, belongs_to
from app.db.card_changes import Recorded


class Crew(HasId, Versioned, Base):
    """A brigade. Its members depend on the day: see `CrewMember`."""

    __tablename__ = "crew"
    __recorded__ = Recorded("crew")

    name: Mapped[str]
    foreman_id: Mapped[UUID]
    """Answers offers for the crew."""
    vehicle: Mapped[str] = mapped_column(server_default="")
    is_active: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (belongs_to("worker", "foreman_id"),)


class CrewMember(HasId, Base):
    """Dated membership. Workers who are members when a visit starts go to that visit."""

    __tablename__ = "crew_member"

    crew_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    """[from, to), open-ended while the member stays."""
    share: Mapped[int] = mapped_column(server_default="1")
    """Weight in the division of rewards."""

    __table_args__ = (
        belongs_to("crew"),
        belongs_to("worker"),
        ExcludeConstraint(
            ("company_id", "="),
            ("crew_id", "="),
            ("worker_id", "="),
            ("period", "&&"),
            name="ex_crew_member__overlap",
            using="gist",
        ),
        CheckConstraint("share > 0", name="share"),
        CheckConstraint("NOT isempty(period)", name="period"),
    )
