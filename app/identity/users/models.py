from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned
from app.db.card_changes import Recorded


class UserAccount(HasId, Versioned, Base):
    """A person who signs in: the office by e-mail and password, workers by phone and SMS code."""

    __tablename__ = "user_account"
    __recorded__ = Recorded("user")

    name: Mapped[str]
    email: Mapped[str | None]
    """Lower case."""
    phone: Mapped[str | None]
    """E.164."""
    password_hash: Mapped[str | None]
    """argon2id."""
    roles: Mapped[list[str]]
    lang: Mapped[str] = mapped_column(server_default="ru")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    session_version: Mapped[int] = mapped_column(server_default="1")
    """Raised to end every session of this person within a minute."""

    __table_args__ = (
        UniqueConstraint("company_id", "email"),
        UniqueConstraint("company_id", "phone"),
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),
        CheckConstraint("cardinality(roles) > 0", name="has_role"),
        Index("ix_user_account__email", "email"),
        Index("ix_user_account__phone", "phone"),
    )
