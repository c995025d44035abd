from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.clients.consents.policies import Decision, How, Purpose
from app.db.base import Base, HasId, OfCompany, Versioned, belongs_to
from app.db.card_changes import Recorded


def _one_of(column: str, words: type[Purpose] | type[Decision] | type[How]) -> CheckConstraint:
    listed = ",".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class ClientConsentText(HasId, Base):
    """The words that a client agrees to: one version for one purpose. Rows are never changed."""

    __tablename__ = "client_consent_text"

    purpose: Mapped[str]
    version: Mapped[int]
    """From 1, for each purpose."""
    text_ru: Mapped[str]
    text_en: Mapped[str]
    published_by: Mapped[UUID]

    __table_args__ = (
        UniqueConstraint("company_id", "purpose", "version"),
        _one_of("purpose", Purpose),
    )


class ClientConsent(HasId, Base):
    """What a client has said about being written to at one phone or e-mail. Rows are never changed.

    What holds now follows from all rows of his cards: see `policies.judge`.
    """

    __tablename__ = "client_consent"

    client_id: Mapped[UUID]
    contact_kind: Mapped[str]
    """phone or email."""
    value: Mapped[str]
    """E.164 without an extension, or lower-case e-mail."""
    purpose: Mapped[str]
    channel: Mapped[str]
    """sms, email, call, a messenger, or any."""
    decision: Mapped[str]
    said_at: Mapped[datetime]
    """When he said so. A paper can be recorded later than it was signed."""
    how: Mapped[str]
    text_id: Mapped[UUID | None]
    """What he agreed to."""
    came_from: Mapped[str] = mapped_column(server_default="")
    """The address of the computer, the number or the page that it came from."""
    attachment_id: Mapped[UUID | None]
    """The photo or scan of the paper."""
    note: Mapped[str] = mapped_column(server_default="")
    recorded_by: Mapped[UUID | None]
    """The person of the office who recorded it. Null if the client did it himself, or it follows from something."""
    merge_id: Mapped[UUID | None]
    """The merge it follows from. It counts for nothing once that is undone."""

    __table_args__ = (
        belongs_to("client"),
        belongs_to("client_consent_text", "text_id"),
        belongs_to("client_merge", "merge_id"),
        _one_of("purpose", Purpose),
        _one_of("decision", Decision),
        _one_of("how", How),
        CheckConstraint("contact_kind IN ('phone','email')", name="contact_kind"),
        CheckConstraint("decision = 'withdrawn' OR text_id IS NOT NULL", name="text"),
        Index("ix_client_consent__client", "company_id", "client_id", "value"),
    )


class Suppression(HasId, Base):
    """A phone or e-mail whose owner wants no more messages, as a hash that nobody can read back.

    It outlives the client's card: whoever enters him again does not revive him. Rows are never changed.
    """

    __tablename__ = "suppression"

    digest: Mapped[bytes]
    """HMAC of the value with the server's key."""
    purpose: Mapped[str]
    channel: Mapped[str]
    stopped_at: Mapped[datetime]
    how: Mapped[str]

    __table_args__ = (
        _one_of("purpose", Purpose),
        _one_of("how", How),
        Index("ix_suppression__digest", "company_id", "digest"),
    )


class ClientPreference(OfCompany, Versioned, Base):
    """How a client wants to hear from the company, apart from what the company must tell him."""

    __tablename__ = "client_preference"
    __recorded__ = Recorded("client_preference")

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    channels_off: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    themes_off: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    per_month: Mapped[int | None]
    """At most so many messages in a month. Null: as the company has it."""
    not_before: Mapped[date | None]
    """He wants to hear nothing before this day."""

    @property
    def id(self) -> UUID:
        """Of the card that changes of it are recorded for."""
        return self.client_id

    __table_args__ = (
        belongs_to("client"),
        CheckConstraint("per_month BETWEEN 0 AND 31", name="per_month"),
    )


class ClientSettings(OfCompany, Versioned, Base):
    """What a company has decided about its clients. Without a row the defaults hold."""

    __tablename__ = "client_settings"

    stop_covers_feedback: Mapped[bool] = mapped_column(server_default=true())
    """A stop ends questions about the work too, not only advertising."""
    feedback_needs_consent: Mapped[bool] = mapped_column(server_default=false())
    """Questions about the work are asked only of those who have agreed to it."""
    check_after_months: Mapped[int] = mapped_column(server_default="12")
    """A contact that nobody has confirmed for so long is to be checked. 0: never."""

    __table_args__ = (CheckConstraint("check_after_months BETWEEN 0 AND 120", name="check_after_months"),)
