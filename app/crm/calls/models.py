from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.loss_reasons.values import one_of_reasons
from app.db.base import Base, HasId, belongs_to


class Interaction(HasId, Base):
    """Somebody of the company spoke with a client or wrote to him, as he says himself. Never changed."""

    __tablename__ = "interaction"

    client_id: Mapped[UUID]
    kind: Mapped[str]
    """call, message, letter or talk."""
    direction: Mapped[str]
    """in: the client began. out: we did."""
    at: Mapped[datetime]
    """When it began."""
    seconds: Mapped[int | None]
    """How long a call or talk was."""
    outcome: Mapped[str]
    """An `Outcome` of tasks."""
    reason: Mapped[str] = mapped_column(server_default="")
    loss_reason: Mapped[str | None]
    """Of a refusal: a `LossReason`."""
    call_back_at: Mapped[datetime | None]
    agreed_on: Mapped[date | None]
    notes: Mapped[str] = mapped_column(server_default="")
    """What was said."""
    user_id: Mapped[UUID]
    """Who spoke with the client."""
    task_id: Mapped[UUID | None]
    """The task that this was a try of, or the one to call back."""

    __table_args__ = (
        belongs_to("client"),
        belongs_to("client_task", "task_id"),
        CheckConstraint("kind IN ('call','message','letter','talk')", name="kind"),
        CheckConstraint("direction IN ('in','out')", name="direction"),
        CheckConstraint("seconds IS NULL OR kind IN ('call','talk')", name="seconds"),
        CheckConstraint(f"loss_reason IN ({one_of_reasons()})", name="loss_reason"),
        Index("ix_interaction__client", "company_id", "client_id", "at", "id"),
    )


class Proposal(HasId, Base):
    """Something concrete that was offered to a client."""

    __tablename__ = "proposal"

    client_id: Mapped[UUID]
    what: Mapped[str]
    amount_kop: Mapped[int | None] = mapped_column(BigInteger)
    valid_until: Mapped[date | None]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID]
    interaction_id: Mapped[UUID | None]
    """In which it was made."""

    __table_args__ = (
        belongs_to("client"),
        belongs_to("interaction"),
        CheckConstraint("amount_kop >= 0", name="amount"),
        Index("ix_proposal__client", "company_id", "client_id", "id"),
    )


class ProposalAnswer(HasId, Base):
    """What the client said to a proposal. He may say something else later: the latest counts."""

    __tablename__ = "proposal_answer"

    proposal_id: Mapped[UUID]
    answer: Mapped[str]
    """accepted, refused or thinking."""
    reason: Mapped[str] = mapped_column(server_default="")
    loss_reason: Mapped[str | None]
    """Of a refusal: a `LossReason`."""
    at: Mapped[datetime]
    recorded_by: Mapped[UUID]
    interaction_id: Mapped[UUID | None]

    __table_args__ = (
        belongs_to("proposal"),
        belongs_to("interaction"),
        CheckConstraint("answer IN ('accepted','refused','thinking')", name="answer"),
        CheckConstraint("answer <> 'refused' OR reason <> ''", name="refusal_has_reason"),
        CheckConstraint(f"loss_reason IN ({one_of_reasons()})", name="loss_reason"),
        Index("ix_proposal_answer__proposal", "company_id", "proposal_id", "at", "id"),
    )
