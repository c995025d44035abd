from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany, belongs_to
from app.db.wake import swept_by


class TrackFact(OfCompany, Base):
    """A trip, stop, gap or presence of a worker: [from_at, to_at) inside one day of the company's zone.

    It follows from positions, visits and shifts alone, and is rebuilt whenever new positions come. So nothing refers
    to it by a foreign key, and nothing that a person says is kept in it. It is kept as long as its positions.
    After that only a presence is left, without its place.
    """

    __tablename__ = "track_fact"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    worker_id: Mapped[UUID]
    day: Mapped[date]
    kind: Mapped[str]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    distance_m: Mapped[int]
    visit_id: Mapped[UUID | None]
    site_id: Mapped[UUID | None]
    cause: Mapped[str | None]
    confidence: Mapped[int]
    algorithm_version: Mapped[int]
    evidence: Mapped[dict[str, Any]]

    __table_args__ = (
        belongs_to("worker"),
        belongs_to("visit"),
        belongs_to("site"),
        Index("ix_track_fact__worker", "company_id", "worker_id", "from_at"),
        Index(
            "ix_track_fact__visit",
            "company_id",
            "visit_id",
            postgresql_where=text("visit_id IS NOT NULL"),
        ),
        Index(
            "ix_track_fact__placed",
            "company_id",
            "to_at",
            postgresql_where=text("lat IS NOT NULL OR kind <> 'presence'"),
        ),
        CheckConstraint("kind IN ('trip','stop','gap','presence','too_fast','mock')", name="kind"),
        CheckConstraint("from_at <= to_at AND distance_m >= 0", name="extent"),
        CheckConstraint("confidence BETWEEN 0 AND 100", name="confidence"),
        CheckConstraint("(kind = 'gap') = (cause IS NOT NULL)", name="cause"),
    )


class TrackDerivation(OfCompany, Base):
    """From what, and how, the facts of a worker's day were derived last."""

    __tablename__ = "track_derivation"

    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    zone: Mapped[str]
    """The zone whose midnight begins and ends the day."""
    algorithm_version: Mapped[int]
    ping_count: Mapped[int]
    """Positions of the day itself, also those that were not used."""
    distance_m: Mapped[int]
    moving_s: Mapped[int]
    stopped_s: Mapped[int]
    unseen_s: Mapped[int]
    facts_hash: Mapped[bytes]
    """SHA-256 of the facts in canonical form. Equal positions give an equal hash."""
    edges_hash: Mapped[bytes]
    """SHA-256 of the positions that the days before and after look at. When it changes, they are derived anew."""
    derived_at: Mapped[datetime]
    judge_at: Mapped[datetime | None]
    """When `tracking/signals` looks at the stops of the day: an hour after its facts have changed. Null: it has."""

    __table_args__ = (
        belongs_to("worker"),
        Index("ix_track_derivation__day", "company_id", "day"),
        Index(
            "ix_track_derivation__due",
            "company_id",
            "judge_at",
            postgresql_where=text("judge_at IS NOT NULL"),
        ),
        Index(
            "ix_track_derivation__judge_at",
            "judge_at",
            "company_id",
            postgresql_where=text("judge_at IS NOT NULL"),
        ),
        swept_by("stop_signal", due="judge_at"),
    )


class ArrivalProposal(OfCompany, Base):
    """Positions say that somebody has come to a visit. Each visit gets one, and it stays as it was made.
    Only with the positions it goes.

    It is open while the visit is accepted or on its way. It never moves the visit: the worker does, by `arrive`.
    """

    __tablename__ = "arrival_proposal"

    visit_id: Mapped[UUID] = mapped_column(primary_key=True)
    worker_id: Mapped[UUID]
    """Whose positions they are."""
    arrived_at: Mapped[datetime]
    """The first position near the site."""
    accuracy_m: Mapped[float]
    distance_m: Mapped[int]
    dwell_s: Mapped[int]
    confidence: Mapped[int]
    proposed_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("visit"),
        belongs_to("worker"),
        Index("ix_arrival_proposal__worker", "company_id", "worker_id", "arrived_at"),
        Index("ix_arrival_proposal__arrived", "company_id", "arrived_at"),
    )
