from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, belongs_to
from app.db.wake import swept_by


class Ping(OfCompany, Base):
    """What a phone said about where it was. Never changed: only added, and removed when its time is over.

    One partition for each day of `device_at` in UTC, in the schema `ping_day`. The application may not touch
    partitions, because row-level security is that of the whole table. There is no foreign key to `worker`:
    each insert would lock his row. Whoever stores a ping knows the worker from his token or his tracker's key.

    The same ping sent again is the same row: the key is made of what the phone said, not of when it came.
    """

    __tablename__ = "ping"

    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    """A device he is signed in on, or a tracker. His own id if his token names no device."""
    device_at: Mapped[datetime] = mapped_column(primary_key=True)
    """When the phone was there, by its own clock."""
    content: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """Hash of everything the phone said in this ping."""
    clock_offset_s: Mapped[int] = mapped_column(server_default="0")
    """Seconds by which the phone's clock was behind. True time = device_at + clock_offset_s. 0 unless the clock is
    proved wrong: see `policies.clock_offset_s`."""
    received_at: Mapped[datetime]
    seq: Mapped[int | None] = mapped_column(BigInteger)
    """Number of the ping on its device, if the device counts."""
    lat: Mapped[float]
    lon: Mapped[float]
    accuracy_m: Mapped[float | None]
    """The phone was within this radius with a probability of 68 %."""
    speed_mps: Mapped[float | None]
    heading_deg: Mapped[float | None]
    altitude_m: Mapped[float | None]
    battery_pct: Mapped[float | None]
    """0 to 100."""
    is_charging: Mapped[bool | None]
    provider: Mapped[str | None]
    """gps, network, fused, … as the phone calls it."""
    activity: Mapped[str | None]
    """still, walking, in_vehicle, … as the phone calls it."""
    is_mock: Mapped[bool | None]
    """The phone says that the place was made up by a program."""
    trigger: Mapped[str | None]
    """Why the phone sent it, in its own words."""

    __table_args__ = (
        Index(
            "ix_ping__wrong_clock",
            "company_id",
            "worker_id",
            "device_at",
            postgresql_where=text("clock_offset_s <> 0"),
        ),
        {"postgresql_partition_by": "RANGE (device_at)"},
    )


class TrackDay(OfCompany, Base):
    """A day of a worker that has pings or a shift, and the clock of what is derived from them.

    Every transaction that stores new pings of the day sets `derive_at`, or leaves it if it is due earlier.
    The upsert waits while somebody holds the row, and with it all pings of the company. So a sweep holds no lock
    while it derives: it moves `derive_at` on as a lease, commits, derives, and sets null only if `derive_at` is
    still its own.
    """

    __tablename__ = "track_day"

    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    """By the company's zone, of the true time."""
    derive_at: Mapped[datetime | None]
    """When what is new will be derived. Null: nothing is."""
    derived_at: Mapped[datetime | None]
    """When it was derived last."""

    __table_args__ = (
        belongs_to("worker"),
        Index("ix_track_day__due", "company_id", "derive_at", postgresql_where=text("derive_at IS NOT NULL")),
        Index(
            "ix_track_day__derive_at",
            "derive_at",
            "company_id",
            postgresql_where=text("derive_at IS NOT NULL"),
        ),
        swept_by("track_day", due="derive_at"),
    )


class LastPosition(OfCompany, Base):
    """The newest ping of a worker that can be right. Others see it after the sweep `position`: see `show_at`."""

    __tablename__ = "last_position"

    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    """True time."""
    lat: Mapped[float]
    lon: Mapped[float]
    accuracy_m: Mapped[float | None]
    speed_mps: Mapped[float | None]
    heading_deg: Mapped[float | None]
    battery_pct: Mapped[float | None]
    is_charging: Mapped[bool | None]
    is_mock: Mapped[bool | None]
    show_at: Mapped[datetime | None]
    """When it becomes the worker's position for candidates, and screens are told. Null: it has."""

    __table_args__ = (
        belongs_to("worker"),
        CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="place"),
        Index("ix_last_position__due", "company_id", "show_at", postgresql_where=text("show_at IS NOT NULL")),
        Index(
            "ix_last_position__show_at",
            "show_at",
            "company_id",
            postgresql_where=text("show_at IS NOT NULL"),
        ),
        swept_by("position", due="show_at"),
    )


class Forgetting(HasId, Base):
    """Pings of a worker in [begins_at, ends_at) must go. They went when this was written. One that was being stored
    at that moment may have stayed, so the sweep `forgetting` looks once more."""

    __tablename__ = "track_forgetting"

    worker_id: Mapped[UUID]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    look_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("worker"),
        Index(
            "ix_track_forgetting__due", "company_id", "look_at", postgresql_where=text("look_at IS NOT NULL")
        ),
        Index(
            "ix_track_forgetting__look_at",
            "look_at",
            "company_id",
            postgresql_where=text("look_at IS NOT NULL"),
        ),
        swept_by("forgetting", due="look_at"),
    )
