from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to


class InboundMessage(HasId, Base):
    """A text that somebody wrote to the company. Rows are never changed."""

    __tablename__ = "inbound_message"

    channel: Mapped[str]
    value: Mapped[str]
    """E.164, or as the gateway had it if that is no number."""
    body: Mapped[str]
    received_at: Mapped[datetime]
    meaning: Mapped[str]
    """stop or answer."""
    client_ids: Mapped[list[UUID]]
    """Everybody who has this number. Empty: nobody we know."""
    about_message_id: Mapped[UUID | None]
    """The newest message to the number in the three days before, which he may be answering."""
    external_id: Mapped[str] = mapped_column(server_default="")
    """Of the gateway, by which a text that comes twice is one."""

    __table_args__ = (
        CheckConstraint("meaning IN ('stop','answer')", name="meaning"),
        belongs_to("message", "about_message_id"),
        Index("ix_inbound_message__value", "company_id", "value", "id"),
        Index(
            "uq_inbound_message__external",
            "company_id",
            "channel",
            "external_id",
            unique=True,
            postgresql_where=text("external_id <> ''"),
        ),
    )


class StopLink(HasId, Base):
    """The code behind the link in a message by which its reader says that he wants no more."""

    __tablename__ = "stop_link"

    code: Mapped[str]
    client_id: Mapped[UUID]
    contact_kind: Mapped[str]
    value: Mapped[str]

    __table_args__ = (
        belongs_to("client"),
        Index("ix_stop_link__code", "code"),
        Index("uq_stop_link__contact", "company_id", "client_id", "value", unique=True),
        CheckConstraint("contact_kind IN ('phone','email')", name="contact_kind"),
    )
