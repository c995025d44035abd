from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, belongs_to


class RefreshToken(HasId, Base):
    """One link of a session: each refresh uses a link and adds the next one. Only hashes are stored. A used
    link that comes back after the grace period ends the session."""

    __tablename__ = "refresh_token"

    family_id: Mapped[UUID]
    """The session: every link that grew out of one sign-in."""
    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    token_hash: Mapped[bytes]
    """SHA-256."""
    expires_at: Mapped[datetime]
    family_expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    """Set on the last link only: the family ended before its time."""

    __table_args__ = (
        belongs_to("user_account", "user_id"),
        UniqueConstraint("company_id", "token_hash"),
        Index("ix_refresh_token__user", "company_id", "user_id", "expires_at"),
        Index("ix_refresh_token__last", "company_id", "user_id", postgresql_where=text("used_at IS NULL")),
    )
