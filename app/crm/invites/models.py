from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.invites.policies import InvitationAnswer, InvitationStatus
from app.db.base import Base, HasId, OfCompany, belongs_to
from app.db.wake import swept_by


def _one_of(words: type[InvitationStatus | InvitationAnswer]) -> str:
    return ",".join(repr(str(word)) for word in words)


class Invitation(HasId, Base):
    """A client is invited to his next visit. He has at most one that is open."""

    __tablename__ = "invitation"

    client_id: Mapped[UUID]
    site_id: Mapped[UUID | None]
    """Where the first of his needs is."""
    needs: Mapped[list[dict[str, Any]]]
    """All that is due within 14 days, the first one first: `{"site_id": …, "category": …, "due_on": …}`."""
    due_on: Mapped[date]
    """Of the first need."""
    expires_on: Mapped[date]
    """After this day nobody need come any more."""
    status: Mapped[str] = mapped_column(server_default=InvitationStatus.PROPOSED)
    reason: Mapped[str] = mapped_column(server_default="")
    """Why it was withdrawn: a code, or what a person wrote."""
    proposed_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None]
    """Whose name answers for the advertising."""
    batch_id: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    words: Mapped[str] = mapped_column(server_default="")
    """What the client wrote or said."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    """Who in the office was told. Null: the client wrote himself."""
    withdrawn_by: Mapped[UUID | None]
    """Null: the product has withdrawn it."""
    request_id: Mapped[UUID | None]
    """What his answer has become."""
    job_id: Mapped[UUID | None]
    """What was booked."""
    closed_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None]
    """When it expires. Null when it is over, or when the client has agreed."""

    __table_args__ = (
        belongs_to("client"),
        belongs_to("message_batch", "batch_id"),
        belongs_to("service_request", "request_id"),
        belongs_to("job"),
        CheckConstraint(f"status IN ({_one_of(InvitationStatus)})", name="status"),
        CheckConstraint(f"answer IN ({_one_of(InvitationAnswer)})", name="answer"),
        CheckConstraint(
            "status NOT IN ('released','sent') OR released_by IS NOT NULL",
            name="released_by_somebody",
        ),
        CheckConstraint("status <> 'withdrawn' OR reason <> ''", name="withdrawn_for_a_reason"),
        CheckConstraint("closed_at IS NULL OR look_at IS NULL", name="closed_rests"),
        CheckConstraint(
            "(closed_at IS NOT NULL) = (status IN ('booked','expired','withdrawn')"
            " OR (status = 'answered' AND answer = 'no'))",
            name="closed_at",
        ),
        Index(
            "ix_invitation__open",
            "company_id",
            "client_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_invitation__client", "company_id", "client_id", "id"),
        Index("ix_invitation__look", "company_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index(
            "ix_invitation__look_due", "look_at", "company_id", postgresql_where=text("look_at IS NOT NULL")
        ),
        swept_by("invitation", due="look_at"),
    )


class InvitationSettings(OfCompany, Base):
    """Whether the product proposes by itself whom to invite. A company without a row does it by hand."""

    __tablename__ = "invitation_settings"

    is_on: Mapped[bool]
    propose_at: Mapped[datetime | None]
    """When it looks next. Null: it is off."""

    __table_args__ = (
        CheckConstraint("is_on = (propose_at IS NOT NULL)", name="is_on"),
        Index("ix_invitation_settings__propose", "propose_at", "company_id"),
        swept_by("invitation_round", due="propose_at"),
    )
