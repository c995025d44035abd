from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, Versioned, belongs_to
from app.db.wake import swept_by


class ConfirmationSettings(OfCompany, Versioned, Base):
    """When a company asks its clients and reminds them. Without a row everything is as it is for a new company.

    The columns have the names of `policies.Rules`.
    """

    __tablename__ = "confirmation_settings"

    asks: Mapped[bool] = mapped_column(server_default=true())
    ask_at: Mapped[str] = mapped_column(server_default="17:00")
    answer_within_min: Mapped[int] = mapped_column(server_default="120")
    escalate_after_min: Mapped[int] = mapped_column(server_default="60")
    remind_before_min: Mapped[int] = mapped_column(server_default="60")
    names_late: Mapped[bool] = mapped_column(server_default=false())
    client_moves: Mapped[int] = mapped_column(server_default="2")
    move_until_min: Mapped[int] = mapped_column(server_default="180")
    cancel_after_min: Mapped[int] = mapped_column(server_default="10")

    __table_args__ = (
        CheckConstraint("ask_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'", name="ask_at"),
        CheckConstraint("answer_within_min BETWEEN 15 AND 1440", name="answer_within"),
        CheckConstraint("escalate_after_min BETWEEN 5 AND 1440", name="escalate_after"),
        CheckConstraint("remind_before_min BETWEEN 0 AND 1440", name="remind_before"),
        CheckConstraint("client_moves BETWEEN 0 AND 20", name="client_moves"),
        CheckConstraint("move_until_min BETWEEN 0 AND 10080", name="move_until"),
        CheckConstraint("cancel_after_min BETWEEN 0 AND 240", name="cancel_after"),
    )


class VisitLink(OfCompany, Base):
    """Opens the page on which a client answers one question about his visit. Each message that asks has its own.

    It refers to the row of the telling and not to the visit, as `client_notice` does.
    """

    __tablename__ = "visit_link"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """HMAC of the code, which stands in the message alone."""
    visit_id: Mapped[UUID]
    number: Mapped[int]
    """The notice that asks."""
    expires_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_visit_link__visit", "company_id", "visit_id"),
        Index("ix_visit_link__code_hash", "code_hash"),
    )


class VisitAnswer(HasId, Base):
    """What a client answered about a visit. Each answer is kept; the last clear one to a question counts."""

    __tablename__ = "visit_answer"

    visit_id: Mapped[UUID]
    question: Mapped[int | None]
    """The number of the notice that asked. Null: it answers none."""
    channel: Mapped[str]
    says: Mapped[str]
    words: Mapped[str] = mapped_column(server_default="")
    """As he wrote it."""
    window_starts_at: Mapped[datetime]
    """The beginning of the window that he was asked about."""
    refused_because: Mapped[str | None]
    """Why nothing was done: a code with a text. Null: it counts."""
    source_id: Mapped[UUID | None]
    """The SMS that brought it. The same one again is the same answer."""
    answered_by: Mapped[UUID | None]
    """Who in the office wrote it down."""
    answered_at: Mapped[datetime]
    act_at: Mapped[datetime | None]
    """When a «no» by SMS cancels the visit."""

    __table_args__ = (
        belongs_to("visit"),
        UniqueConstraint("company_id", "source_id"),
        CheckConstraint("channel IN ('sms','link','office')", name="channel"),
        CheckConstraint("says IN ('yes','no','move','unclear')", name="says"),
        Index("ix_visit_answer__visit", "company_id", "visit_id", "id"),
        Index("ix_visit_answer__due", "company_id", "act_at", postgresql_where=text("act_at IS NOT NULL")),
        Index("ix_visit_answer__act_at", "act_at", "company_id", postgresql_where=text("act_at IS NOT NULL")),
        swept_by("answer", due="act_at"),
    )
