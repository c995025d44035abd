from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import uuid7
from app.db.base import Base, HasId, OfCompany, Versioned, belongs_to


class Company(Versioned, Base):
    """The only table whose own id is the company."""

    __tablename__ = "company"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str]
    legal_name: Mapped[str] = mapped_column(server_default="")
    inn: Mapped[str] = mapped_column(server_default="")
    kpp: Mapped[str] = mapped_column(server_default="")
    ogrn: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    bank_details: Mapped[str] = mapped_column(server_default="")
    lang: Mapped[str] = mapped_column(server_default="ru")
    timezone: Mapped[str] = mapped_column(server_default="Europe/Moscow")
    """IANA name; days, windows and dates of this company are counted in it."""
    sms_sender: Mapped[str] = mapped_column(server_default="")
    logo_key: Mapped[str | None]
    """Object in the file store; PNG or JPEG."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UserAccount(HasId, Versioned, Base):
    """A person who signs in: the office by e-mail and password, workers by phone and SMS code."""

    __tablename__ = "user_account"

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


class RefreshToken(HasId, Base):
    """One link of a rotating chain. Only hashes are stored; a used link that comes back after the
    grace period ends the whole family."""

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


class AttemptCounter(Base):
    """When something was tried lately. In PostgreSQL, so that a wiped Redis lifts no limit.

    Of the installation, not of a company: the one who guesses is not in any.
    """

    __tablename__ = "attempt_counter"

    key: Mapped[str] = mapped_column(primary_key=True)
    """What is limited and for whom: `code_send.phone:<hmac>`; no personal data."""
    tried_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    """Oldest first; never more than the largest limit allows."""
    forget_at: Mapped[datetime] = mapped_column(index=True)


class DocumentCounter(OfCompany, Base):
    """The last number given out per kind of document: numbers have no gaps and no repeats, because
    the counter moves in the transaction of the document."""

    __tablename__ = "document_counter"

    kind: Mapped[str] = mapped_column(primary_key=True)
    last_number: Mapped[int]
