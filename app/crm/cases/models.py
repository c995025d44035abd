from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import uuid7
from app.crm.cases.values import ActionDecision, ActionKind, CaseStatus, Step
from app.crm.loss_reasons.values import LossReason
from app.db.base import Base, HasId, OfCompany, belongs_to


def _one_of(words: type[CaseStatus | Step | LossReason | ActionKind | ActionDecision]) -> str:
    return ",".join(repr(str(word)) for word in words)


class RecoveryCase(HasId, Base):
    """A disappointed client whom somebody tries to win back, step by step."""

    __tablename__ = "recovery_case"

    client_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default=CaseStatus.OPEN)
    step: Mapped[str | None]
    """What has to be done next. Null: the case is over."""
    owner_id: Mapped[UUID | None]
    """Who wins him back: nobody whose own work disappointed him. Null: the supervisors."""
    severity: Mapped[int]
    """Of the worst of its disappointments."""
    opened_at: Mapped[datetime]
    contact_by: Mapped[datetime]
    """Until then somebody speaks with the client for the first time."""
    contacted_at: Mapped[datetime | None]
    """When somebody first tried to."""
    expected_kop: Mapped[int | None] = mapped_column(BigInteger)
    """What the client is expected to bring, when the money was looked at."""
    budget_kop: Mapped[int | None] = mapped_column(BigInteger)
    """What may be spent on him without asking."""
    pays_well: Mapped[bool | None]
    """What the owner of the case says of how he pays. Null: not known."""
    stated_reason: Mapped[str | None]
    """What the client says."""
    stated_words: Mapped[str] = mapped_column(server_default="")
    verified_reason: Mapped[str | None]
    """What was found."""
    verified_words: Mapped[str] = mapped_column(server_default="")
    verified_evidence: Mapped[list[UUID]] = mapped_column(server_default=text("'{}'"))
    """Of the file of the case."""
    verified_by: Mapped[UUID | None]
    verified_at: Mapped[datetime | None]
    worker_id: Mapped[UUID | None]
    """Whose conduct it was, if the verified reason says so."""
    confirmed_at: Mapped[datetime | None]
    """When the client said that it is settled."""
    confirmed_words: Mapped[str] = mapped_column(server_default="")
    prevention_task_id: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    """Null: it is open, or the product closed it because all attempts were made."""
    close_reason: Mapped[str] = mapped_column(server_default="")
    asked_again_at: Mapped[datetime | None]
    answer_again: Mapped[str | None]
    """What he said when he was asked again: yes, partly or no."""

    __table_args__ = (
        belongs_to("client"),
        belongs_to("worker"),
        belongs_to("client_task", "prevention_task_id"),
        CheckConstraint(f"status IN ({_one_of(CaseStatus)})", name="status"),
        CheckConstraint(f"step IN ({_one_of(Step)})", name="step"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_at"),
        CheckConstraint("(status = 'open') = (step IS NOT NULL)", name="open_has_step"),
        CheckConstraint("severity BETWEEN 1 AND 3", name="severity"),
        CheckConstraint(f"stated_reason IN ({_one_of(LossReason)})", name="stated_reason"),
        CheckConstraint(f"verified_reason IN ({_one_of(LossReason)})", name="verified_reason"),
        CheckConstraint(
            "(verified_reason IS NULL) = (verified_by IS NULL) AND (verified_reason IS NULL) = (verified_at IS NULL)"
            " AND (verified_reason IS NULL) = (verified_evidence = '{}')",
            name="verified",
        ),
        CheckConstraint("status <> 'recovered' OR confirmed_at IS NOT NULL", name="recovered"),
        CheckConstraint("answer_again IN ('yes','partly','no')", name="answer_again"),
        Index("ix_recovery_case__client", "company_id", "client_id", "id"),
        Index(
            "uq_recovery_case__open",
            "company_id",
            "client_id",
            unique=True,
            postgresql_where=text("status = 'open'"),
        ),
        Index(
            "ix_recovery_case__owner",
            "company_id",
            "owner_id",
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_recovery_case__opened_at", "company_id", "opened_at"),
    )


class RecoveryCaseEvent(OfCompany, Base):
    """A line of a case's history. Never changed."""

    __tablename__ = "recovery_case_event"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID]
    kind: Mapped[str]
    """A `history.Line`."""
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    """Null: the product."""
    detail: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        belongs_to("recovery_case", "case_id"),
        Index("ix_recovery_case_event__case", "company_id", "case_id", "id"),
    )


class RecoveryAction(HasId, Base):
    """Something that is done, or was proposed, to win a client back."""

    __tablename__ = "recovery_action"

    case_id: Mapped[UUID]
    kind: Mapped[str]
    cost_kop: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str]
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime]
    decision: Mapped[str]
    decided_by: Mapped[UUID | None]
    """Null: nobody was asked, because it lies within the budget; or nobody has decided yet."""
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        belongs_to("recovery_case", "case_id"),
        CheckConstraint(f"kind IN ({_one_of(ActionKind)})", name="kind"),
        CheckConstraint(f"decision IN ({_one_of(ActionDecision)})", name="decision"),
        CheckConstraint("cost_kop >= 0", name="cost"),
        CheckConstraint("(decision = 'waiting') = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        Index("ix_recovery_action__case", "company_id", "case_id", "id"),
    )
