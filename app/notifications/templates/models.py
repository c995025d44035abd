from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from app.db.base import Base, HasId, Versioned, belongs_to
from app.db.card_changes import Recorded

CLASSES = "legal_class IN ('service','feedback','marketing')"


class MessageTemplate(HasId, Versioned, Base):
    """The company's own text of one kind of message. The office edits the draft; what is published is sent."""

    __tablename__ = "message_template"
    __recorded__ = Recorded("message_template")

    kind: Mapped[str]
    """A `MessageKind`, or a code of the company's own for its plans."""
    legal_class: Mapped[str]
    """A `LegalClass`."""
    priority: Mapped[str]
    """A `Priority`."""
    draft: Mapped[dict[str, Any]]
    """`{"ru": {"sms": …, "email_subject": …, "email_text": …, "email_html": …}, "en": …, "variables": …}`."""
    published_number: Mapped[int | None]
    """`number` of the version that is sent. Null: the product's own text is."""

    __table_args__ = (UniqueConstraint("company_id", "kind"), CheckConstraint(CLASSES, name="legal_class"))


class TemplateVersion(HasId, Base):
    """What was published once. It stays as it is."""

    __tablename__ = "template_version"

    template_id: Mapped[UUID]
    number: Mapped[int]
    legal_class: Mapped[str]
    priority: Mapped[str]
    content: Mapped[dict[str, Any]]
    """As `draft` was."""
    published_at: Mapped[datetime]
    published_by: Mapped[UUID]

    __table_args__ = (
        belongs_to("message_template", "template_id"),
        UniqueConstraint("company_id", "template_id", "number"),
        CheckConstraint(CLASSES, name="legal_class"),
    )
