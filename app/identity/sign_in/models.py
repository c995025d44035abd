from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, belongs_to


class LoginCode(HasId, Base):
    """A one-time code sent by SMS."""

    __tablename__ = "login_code"

    user_id: Mapped[UUID]
    code_hash: Mapped[bytes]
    """HMAC-SHA256 with the server's key over (id, code)."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("user_account", "user_id"),
        Index("ix_login_code__user", "company_id", "user_id", "created_at"),
    )
