from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany
from app.db.wake import swept_by


class CommandDevice(OfCompany, Base):
    """How far the sequence of a phone's commands has come, and how wrong its clock is."""

    __tablename__ = "command_device"

    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    next_seq: Mapped[int] = mapped_column(server_default="0")
    """The first number that has not come. Whatever is beyond it waits."""
    clock_offset: Mapped[timedelta | None]
    """Server's clock minus the phone's, at its last batch."""
    clock_offset_before: Mapped[timedelta | None]
    """The offset before somebody set the phone's clock. Commands of that time are corrected by it."""
    clock_at: Mapped[datetime | None]
    """When the last batch came."""
    look_at: Mapped[datetime | None]
    """When what waits of this phone is looked at, whether it comes or not. Null: nothing waits."""

    __table_args__ = (
        Index(
            "ix_command_device__look",
            "company_id",
            "look_at",
            postgresql_where=text("look_at IS NOT NULL"),
        ),
        Index(
            "ix_command_device__due",
            "look_at",
            "company_id",
            postgresql_where=text("look_at IS NOT NULL"),
        ),
        swept_by("waiting_phone", due="look_at"),
    )


class CommandGap(OfCompany, Base):
    """Numbers of which the phone has said that they are lost. Rows are never changed."""

    __tablename__ = "command_gap"

    device_id: Mapped[UUID] = mapped_column(primary_key=True)
    from_seq: Mapped[int] = mapped_column(primary_key=True)
    until_seq: Mapped[int] = mapped_column(primary_key=True)
    """The first number that is not lost any more."""
    said_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("from_seq < until_seq", name="seqs"),)
