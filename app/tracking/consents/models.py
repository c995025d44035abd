from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, false
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, belongs_to

KEPT_DAYS_RANGE = "kept_days BETWEEN 30 AND 1100"


class ConsentText(OfCompany, Base):
    """A company's own words to which its workers agree. Without one the text that comes with the product is used,
    which has version 1."""

    __tablename__ = "consent_text"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 2."""
    ru: Mapped[str]
    en: Mapped[str]
    kept_days: Mapped[int]
    """As long as these words allow positions to be kept. The company may keep them for a shorter time."""
    clients_see: Mapped[bool] = mapped_column(server_default=false())
    """They say that the client of a visit sees roughly where the worker is, while he is on the way."""
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint(KEPT_DAYS_RANGE, name="kept_days"),)


class TrackingChoice(HasId, Base):
    """One thing that a worker has said about being tracked. Rows are only added.

    `tracking_consent` and `private_time` follow from them, so it does not matter in which order they arrive.
    """

    __tablename__ = "tracking_choice"

    worker_id: Mapped[UUID]
    says: Mapped[str]
    """consent, withdrawal, private_start or private_end."""
    said_at: Mapped[datetime]
    """True time."""
    text_version: Mapped[int | None]
    """This and the next four: of a consent."""
    lang: Mapped[str | None]
    text: Mapped[str | None]
    kept_days: Mapped[int | None]
    clients_see: Mapped[bool] = mapped_column(server_default=false())
    device_id: Mapped[UUID | None]
    """The phone he said it on."""

    __table_args__ = (
        belongs_to("worker"),
        Index("ix_tracking_choice__worker", "company_id", "worker_id", "said_at"),
        CheckConstraint("says IN ('consent','withdrawal','private_start','private_end')", name="says"),
        CheckConstraint(
            "(says = 'consent') = (num_nonnulls(text_version, lang, text, kept_days) = 4)", name="words"
        ),
    )


class TrackingConsent(HasId, Base):
    """A worker agreed that his positions are kept while he works. It counts in [given_at, withdrawn_at).

    It follows from what he said (`tracking_choice`), and has the id of the choice that began it.
    """

    __tablename__ = "tracking_consent"

    worker_id: Mapped[UUID]
    text_version: Mapped[int]
    lang: Mapped[str]
    text: Mapped[str]
    """The words he read. They stay when the text is changed."""
    kept_days: Mapped[int]
    """As long as these words allow positions of this time to be kept."""
    clients_see: Mapped[bool] = mapped_column(server_default=false())
    """These words let the client of a visit see roughly where he is, while he is on the way."""
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    """When it ended: he took it back, or agreed to other words."""
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
    """A time in which a worker did not want to be tracked: [from, to). Without an end it still lasts.

    It follows from what he said (`tracking_choice`), and has the id of the choice that began it.
    """

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
