from datetime import datetime
from uuid import UUID

from sqlalchemy import Computed, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.folding import folded_sql
from app.db.base import Base, HasId, OfCompany, belongs_to


class ChatMessage(HasId, Base):
    """One message of a job's chat. It never changes: a correction is another message."""

    __tablename__ = "chat_message"

    job_id: Mapped[UUID]
    number: Mapped[int]
    """1, 2, … within the job, in the order of arrival and without gaps. Read marks name it."""
    author_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(server_default="")
    for_dispatcher: Mapped[bool] = mapped_column(server_default="false")
    """The worker waits for an answer of the dispatcher."""
    corrects_id: Mapped[UUID | None]
    """The message of the same author that this one corrects."""
    said_at: Mapped[datetime]
    """When it was written: the phone's time, corrected by ours."""
    received_at: Mapped[datetime]
    folded_text: Mapped[str] = mapped_column(
        Computed(folded_sql("text"), persisted=True), deferred=True, deferred_raiseload=True
    )
    """For search only, as `fold` makes it."""

    __table_args__ = (
        belongs_to("job"),
        belongs_to("chat_message", "corrects_id"),
        UniqueConstraint("company_id", "job_id", "number"),
        Index("ix_chat_message__said", "company_id", "job_id", "said_at", "number"),
        Index("ix_chat_message__newest", "company_id", "said_at", "number", "id"),
        Index(
            "ix_chat_message__folded_text",
            "company_id",
            "folded_text",
            postgresql_using="gist",
            postgresql_ops={"folded_text": "gist_trgm_ops(siglen=128)"},
        ),
    )


class ChatPhoto(OfCompany, Base):
    """A photo in a message."""

    __tablename__ = "chat_photo"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    attachment_id: Mapped[UUID]

    __table_args__ = (
        belongs_to("chat_message", "message_id"),
        belongs_to("attachment"),
        UniqueConstraint("company_id", "message_id", "attachment_id"),
    )


class ChatRead(OfCompany, Base):
    """How far somebody has read the chat of a job."""

    __tablename__ = "chat_read"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    read_number: Mapped[int]
    """Every message up to this number. It never goes down."""
    read_at: Mapped[datetime]

    __table_args__ = (belongs_to("job"),)
