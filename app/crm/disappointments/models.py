from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from app.crm.disappointments.values import Answer, SignalKind
from app.db.base import Base, HasId, belongs_to


def _one_of(words: type[SignalKind | Answer]) -> str:
    return ",".join(repr(str(word)) for word in words)


class Disappointment(HasId, Base):
    """Something that disappointed a client. It stays; only that it was settled is added once."""

    __tablename__ = "disappointment"

    client_id: Mapped[UUID]
    kind: Mapped[str]
    source_id: Mapped[UUID]
    severity: Mapped[int]
    """1 to 3."""
    at: Mapped[datetime]
    """When it happened, not when it was noticed."""
    site_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    job_id: Mapped[UUID | None]
    visit_id: Mapped[UUID | None]
    worker_id: Mapped[UUID | None]
    """The person who disappointed him, as far as that is known."""
    comment: Mapped[str]
    minutes: Mapped[int | None]
    evidence: Mapped[list[UUID]]
    noted_by: Mapped[UUID | None]
    """Who in the office noted it. Null: it follows from what happened."""
    case_id: Mapped[UUID | None]
    """The recovery case that settles it."""
    recovered_at: Mapped[datetime | None]
    recovered_by: Mapped[UUID | None]
    recovery: Mapped[str | None]
    """How it was settled, and how he confirmed it."""

    __table_args__ = (
        belongs_to("client"),
        belongs_to("worker"),
        belongs_to("recovery_case", "case_id"),
        UniqueConstraint("company_id", "kind", "source_id"),
        Index("ix_disappointment__client", "company_id", "client_id", "at"),
        Index(
            "ix_disappointment__worker",
            "company_id",
            "worker_id",
            "at",
            postgresql_where=text("worker_id IS NOT NULL"),
        ),
        Index(
            "ix_disappointment__case",
            "company_id",
            "case_id",
            postgresql_where=text("case_id IS NOT NULL"),
        ),
        CheckConstraint(f"kind IN ({_one_of(SignalKind)})", name="kind"),
        CheckConstraint("severity BETWEEN 1 AND 3", name="severity"),
        CheckConstraint(
            "(recovered_at IS NULL) = (recovery IS NULL) AND (recovered_at IS NULL) = (recovered_by IS NULL)",
            name="recovered",
        ),
    )


class QualityAnswer(HasId, Base):
    """What a client said when he was asked whether the quality of a visit's work satisfies him, or how he rated it on
    his page. Rows are never changed: if he says something else later, it is another row."""

    __tablename__ = "quality_answer"

    client_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    worker_id: Mapped[UUID | None]
    """Who led the visit."""
    answer: Mapped[str]
    stars: Mapped[int | None]
    """1 to 5, if he rated it himself. The answer follows from them."""
    comment: Mapped[str]
    asked_by: Mapped[UUID | None]
    """Null: he rated it himself."""
    answered_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("client"),
        belongs_to("visit"),
        belongs_to("worker"),
        Index("ix_quality_answer__client", "company_id", "client_id", "id"),
        Index("ix_quality_answer__visit", "company_id", "visit_id"),
        CheckConstraint(f"answer IN ({_one_of(Answer)})", name="answer"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        CheckConstraint("(stars IS NULL) = (asked_by IS NOT NULL)", name="said_by"),
    )
