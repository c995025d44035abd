from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to


class Device(HasId, Base):
    """A phone or browser a person signed in from."""

    __tablename__ = "device"

    user_id: Mapped[UUID]
    platform: Mapped[str]
    name: Mapped[str]
    app_version: Mapped[str] = mapped_column(server_default="")
    push_token: Mapped[str | None]
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("user_account", "user_id"),
        Index("ix_device__user", "company_id", "user_id"),
    )
