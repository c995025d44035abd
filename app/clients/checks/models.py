from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to


class ContactCheck(HasId, Base):
    """Somebody made sure that a phone or e-mail still leads to the client, or found that it does not. Rows are never
    changed."""

    __tablename__ = "contact_check"

    client_id: Mapped[UUID]
    contact_kind: Mapped[str]
    """phone or email."""
    value: Mapped[str]
    """As it stood on the card, a phone with its extension."""
    outcome: Mapped[str]
    """confirmed, or wrong: it leads to somebody else, or nowhere."""
    note: Mapped[str] = mapped_column(server_default="")
    checked_by: Mapped[UUID]
    checked_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("client"),
        CheckConstraint("contact_kind IN ('phone','email')", name="contact_kind"),
        CheckConstraint("outcome IN ('confirmed','wrong')", name="outcome"),
        Index("ix_contact_check__client", "company_id", "client_id", "id"),
    )
