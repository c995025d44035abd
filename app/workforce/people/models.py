from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geography, WKBElement, WKTElement
from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, Versioned, belongs_to


class Skill(OfCompany, Base):
    __tablename__ = "skill"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Worker(HasId, Versioned, Base):
    """A person who goes to clients. The id is that of the user account."""

    __tablename__ = "worker"

    skills: Mapped[list[str]]
    home: Mapped[WKBElement | WKTElement | None] = mapped_column(
        Geography("POINT", srid=4326, spatial_index=False)
    )
    position: Mapped[WKBElement | WKTElement | None] = mapped_column(
        Geography("POINT", srid=4326, spatial_index=False)
    )
    """Where the phone last was, while on shift."""
    position_at: Mapped[datetime | None]
    position_accuracy_m: Mapped[float | None]
    is_active: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (
        belongs_to("user_account", "id"),
        Index("ix_worker__home", "company_id", "home", postgresql_using="gist"),
        Index("ix_worker__position", "company_id", "position", postgresql_using="gist"),
    )


class Territory(HasId, Versioned, Base):
    """A part of the map that workers are bound to."""

    __tablename__ = "territory"

    name: Mapped[str]
    area: Mapped[WKBElement | WKTElement] = mapped_column(
        Geography("POLYGON", srid=4326, spatial_index=False)
    )

    __table_args__ = (Index("ix_territory__area", "company_id", "area", postgresql_using="gist"),)


class WorkerTerritory(OfCompany, Base):
    """A worker with no territory works everywhere."""

    __tablename__ = "worker_territory"

    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[UUID] = mapped_column(primary_key=True)

    __table_args__ = (belongs_to("worker"), belongs_to("territory", ondelete="CASCADE"))


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


class Absence(HasId, Base):
    """When he does not, although on shift: [from, to)."""

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


class Crew(HasId, Versioned, Base):
    """A brigade. Who is in it depends on the day: see `CrewMember`."""

    __tablename__ = "crew"

    name: Mapped[str]
    foreman_id: Mapped[UUID]
    """Answers offers for the crew."""
    vehicle: Mapped[str] = mapped_column(server_default="")
    is_active: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (belongs_to("worker", "foreman_id"),)


class CrewMember(HasId, Base):
    """Dated membership: a visit's crew is whoever belongs to it when the visit starts."""

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
