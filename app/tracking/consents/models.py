from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, belongs_to


class ConsentText(OfCompany, Base):
    """A company's own words to which its workers agree. Without one the text that comes with the product is used,
    which has version 1."""

    __tablename__ = "consent_text"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 2."""
    ru: Mapped[str]
    en: Mapped[str]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]


class TrackingConsent(HasId, Base):
    """A worker agreed that his positions are kept while he works. It counts in [given_at, withdrawn_at)."""

    __tablename__ = "tracking_consent"

    worker_id: Mapped[UUID]
    text_version: Mapped[int]
    lang: Mapped[str]
    text: Mapped[str]
    """The words he read. They stay when the text is changed."""
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    device_id: Mapped[UUID | None]
    """The phone he agreed on."""

    __table_args__ = (
        belongs_to("worker"),
        Index(
            "uq_tracking_consent__in_force",
            "company_id",
            "worker_id",
            unique=True,
            postgresql_where=sql("withdrawn_at IS NULL"),
        ),
        Index("ix_tracking_consent__worker", "company_id", "worker_id", "given_at"),
        CheckConstraint("lang IN ('ru','en')", name="lang"),
        CheckConstraint("withdrawn_at >= given_at", name="period"),
    )


class PrivateTime(HasId, Base):
    """A time in which a worker did not want to be tracked: [from, to). Without an end it still lasts."""

    __tablename__ = "private_time"

    worker_id: Mapped[UUID]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)

    __table_args__ = (
        belongs_to("worker"),
        ExcludeConstraint(
            ("company_id", "="),
            ("worker_id", "="),
            ("period", "&&"),
            name="ex_private_time__overlap",
            using="gist",
        ),
        CheckConstraint("NOT isempty(period) AND lower(period) IS NOT NULL", name="period"),
    )
