from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, Versioned, belongs_to


class SignalSettings(OfCompany, Versioned, Base):
    """Whether a company looks for stops that nothing explains. Without a row it does not."""

    __tablename__ = "signal_settings"

    is_on: Mapped[bool] = mapped_column(server_default=false())
    on_since: Mapped[datetime | None]
    """Stops that began before are never looked at: workers must know it first."""
    stop_min: Mapped[int] = mapped_column(server_default="20")
    """A shorter stop is nobody's business. Minutes."""
    away_m: Mapped[int] = mapped_column(server_default="300")
    accuracy_m: Mapped[int] = mapped_column(server_default="60")

    __table_args__ = (
        CheckConstraint("stop_min BETWEEN 10 AND 240", name="stop_min"),
        CheckConstraint("away_m BETWEEN 100 AND 5000", name="away_m"),
        CheckConstraint("accuracy_m BETWEEN 10 AND 200", name="accuracy_m"),
        CheckConstraint("NOT is_on OR on_since IS NOT NULL", name="on_since"),
    )


class AllowedPlace(HasId, Base):
    """A depot, a shop or another place where a stop needs no explanation."""

    __tablename__ = "allowed_place"

    name: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    radius_m: Mapped[int]
    added_by: Mapped[UUID]
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="place"),
        CheckConstraint("radius_m BETWEEN 20 AND 5000", name="radius_m"),
    )


class StopSignal(HasId, Base):
    """A stop in a shift that nothing known explains. It says nothing of what the worker did.

    A look at the day after late positions finds it again by place and time, so answers stay with it. Once a person
    has closed it, it stays as it was.
    """

    __tablename__ = "stop_signal"

    worker_id: Mapped[UUID]
    day: Mapped[date]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    """Null once it holds no longer: then nothing of the place is kept."""
    accuracy_m: Mapped[float | None]
    counted_s: Mapped[int]
    """Proved by positions, in the shift, without pauses."""
    rules: Mapped[list[dict[str, Any]]]
    """Each rule with its value and limit."""
    near_clients: Mapped[list[dict[str, Any]]]
    """Sites of his earlier visits beside the stop: `[{"site_id": …, "job_number": …, "distance_m": …}, …]`."""
    evidence: Mapped[list[dict[str, Any]]]
    found_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    """Since when it holds no longer: late positions or a visit explain the stop."""
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    decision: Mapped[str | None]
    decision_reason: Mapped[str | None]

    __table_args__ = (
        belongs_to("worker"),
        Index("ix_stop_signal__day", "company_id", "worker_id", "day"),
        Index(
            "ix_stop_signal__open",
            "company_id",
            "id",
            postgresql_where=text("closed_at IS NULL AND gone_at IS NULL"),
        ),
        CheckConstraint("decision IN ('explained','not_explained','mistake')", name="decision"),
        CheckConstraint("(closed_at IS NULL) = (decision IS NULL)", name="closed"),
        CheckConstraint("from_at < to_at", name="period"),
        CheckConstraint("gone_at IS NOT NULL OR (lat IS NOT NULL AND lon IS NOT NULL)", name="place"),
    )


class SignalAnswer(HasId, Base):
    """What the worker says of a stop. Rows are never changed; he may say more."""

    __tablename__ = "signal_answer"

    signal_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    choice: Mapped[str]
    comment: Mapped[str]
    said_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("stop_signal", "signal_id"),
        belongs_to("worker"),
        Index("ix_signal_answer__signal", "company_id", "signal_id", "id"),
        CheckConstraint(
            "choice IN ('errand','waiting','meal','vehicle','private','not_there','other')", name="choice"
        ),
    )
